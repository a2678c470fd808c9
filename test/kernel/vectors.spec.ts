/** The table of vectors as the kernel built it, and what the processor makes of it: gates, faults, traps, aborts. */
import { afterEach, describe, expect, test } from 'vitest';
import { behind, expectRest, isException } from './behind.ts';
import { Guest } from './guest.ts';

const VECTORS = 256;
const STUB_BYTES = 16;
const KERNEL_CODE = 0x60;
const [INTERRUPT_GATE, FOR_RING_3] = [0x8e, 0xee];
const OPEN_TO_RING_3 = [3, 4, 0x80];
const [PAGE_FAULT, PROTECTION] = [14, 13];
const NR_SIGRETURN = 119;

describe('the vectors', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));

  test('each of the 256 has an 8-byte gate to its stub in ring 0; ring 3 may come through three of them', () => {
    const { base, limit } = guest.pc.cpu.idtr;
    expect({ base, limit }).toEqual({ base: guest.address('idt'), limit: VECTORS * 8 - 1 });
    const stubs = guest.address('vector_stubs');
    for (let vector = 0; vector < VECTORS; vector++) {
      const [low, high] = [guest.word(base + vector * 8), guest.word(base + vector * 8 + 4)];
      const gate = { selector: low >>> 16, type: (high >> 8) & 0xff, offset: (low & 0xffff) | (high & 0xffff_0000) };
      // The double fault's is a task gate.
      if (vector === 8) {
        expect(gate.type).toBe(0x85);
        continue;
      }
      const type = OPEN_TO_RING_3.includes(vector) ? FOR_RING_3 : INTERRUPT_GATE;
      expect(gate, `vector ${vector}`).toEqual({ selector: KERNEL_CODE, type, offset: stubs + vector * STUB_BYTES });
    }
  });

  test('int n from ring 3 is refused with n * 8 + 2, unless its gate is for ring 3', () => {
    const numbers = [0, 8, 13, 32, 56, 127, 129, 255];
    const { traps } = behind(guest, () => {
      for (const n of numbers) expect(guest.command(`stray_interrupt ${n}`).at(-1)).toBe('Segmentation fault');
    });
    const refused = traps.filter(isException);
    expect(refused.map(({ vector, errorCode, cpl }) => [vector, errorCode, cpl])).toEqual(
      numbers.map((n) => [PROTECTION, n * 8 + 2, 3]),
    );
    expect(guest.command('stray_interrupt 3').at(-1)).toBe('Trace/breakpoint trap');
    expect(guest.command('stray_interrupt 4').at(-1)).toBe('Segmentation fault');
    expect(guest.traps.entries.filter(isException).slice(-2)).toMatchObject([
      { vector: 3, cause: 'software', errorCode: undefined },
      { vector: 4, cause: 'software', errorCode: undefined },
    ]);
  });

  test('a gate is read at each delivery: changed in memory, the next interrupt goes the other way', () => {
    // Vector 57's gate for vector 56: who calls 56 is told of 57.
    const at = guest.address('idt');
    const { memory } = guest.pc.machine;
    const gate = (vector: number) => memory.read(at + vector * 8, 8).slice();
    const own = gate(56);
    memory.write(at + 56 * 8, gate(57));
    expect(guest.command('trap vector')).toEqual(['do_IRQ: 0.57 No irq handler for vector']);
    memory.write(at + 56 * 8, own);
    expect(guest.command('trap vector')).toEqual(['do_IRQ: 0.56 No irq handler for vector']);
  });

  test('a fault is mended and the instruction done again: one #PF, at the read itself', () => {
    const { said, traps } = behind(guest, () => guest.command('mended'));
    expect(said.slice(1)).toEqual(['The handler gives it another pointer.', 'It reads 42']);
    const [fault, ...others] = traps.filter(isException);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ vector: PAGE_FAULT, cause: 'fault', errorCode: 4, cr2: 0, cpl: 3 });
    const after = traps.slice(traps.indexOf(fault!) + 1);
    expect(after.filter(({ vector, eax }) => vector === 0x80 && eax === NR_SIGRETURN)).toHaveLength(1);
  });
});

test('a third fault resets the machine', () => {
  const guest = Guest.shell();
  guest.pc.serial.send(Buffer.from('trap triple\n'));
  expect(guest.toStop()).toMatchObject({ kind: 'shutdown', vector: 3 });
});
