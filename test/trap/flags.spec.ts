/** EFLAGS' arithmetic bits, kept lazily by the core: every combination must be loaded, asked and stored like any other. */
import { expect, test } from 'vitest';
import { boot, ring0 } from '../../emu/testing/index.ts';

const [CF, PF, AF, ZF, SF, OF] = [0x001, 0x004, 0x010, 0x040, 0x080, 0x800];
const bits = [CF, PF, AF, ZF, SF, OF];
const combinations = Array.from({ length: 64 }, (_, n) =>
  bits.reduce((flags, bit, k) => flags | ((n >> k) & 1 ? bit : 0), 2),
);

/** SDM 1, appendix B: the sixteen conditions in the order of their encodings. */
const conditions: ((flags: number) => boolean)[] = [
  (f) => (f & OF) !== 0,
  (f) => (f & CF) !== 0,
  (f) => (f & ZF) !== 0,
  (f) => (f & (CF | ZF)) !== 0,
  (f) => (f & SF) !== 0,
  (f) => (f & PF) !== 0,
  (f) => ((f & SF) !== 0) !== ((f & OF) !== 0),
  (f) => (f & ZF) !== 0 || ((f & SF) !== 0) !== ((f & OF) !== 0),
];
const names = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'];

test('all 64 combinations survive popf and pushf, lahf and sahf, and answer all 16 conditions', async () => {
  const m = await boot(ring0`
    start:  xor     edx, edx
            mov     edi, results
    .next:  mov     eax, [table + edx * 4]
            push    eax
            popf
            pushf
            pop     dword [edi]
            push    eax
            popf
            lahf
            push    dword 2
            popf
            sahf
            pushf
            pop     dword [edi + 4]
            ${names.map((name, n) => `push dword [table + edx * 4]\n popf\n set${name} [edi + ${8 + n}]`).join('\n')}
            add     edi, 24
            inc     edx
            cmp     edx, 64
            jne     .next
            hlt
    table:  dd      ${combinations.join(', ')}
            section .bss
    results: resb   64 * 24
  `);
  expect(m.run()).toMatchObject({ kind: 'halted' });
  const { ram } = m.pc.cpu;
  const view = new DataView(ram.buffer, ram.byteOffset);
  combinations.forEach((flags, n) => {
    const at = m.addressOf('results') + n * 24;
    const told = Array.from(ram.subarray(at + 8, at + 24), (byte) => byte === 1);
    expect(view.getUint32(at, true), 'popf, pushf').toBe(flags);
    expect(view.getUint32(at + 4, true), 'lahf, sahf').toBe(flags & ~OF);
    expect(told, `conditions of ${flags.toString(16)}`).toEqual(
      conditions.flatMap((holds) => [holds(flags), !holds(flags)]),
    );
  });
});

test('a trap pushes the flags of the instruction before it, however far back they were made', async () => {
  const m = await boot(ring0`
    start:  mov     al, 0x7f
            add     al, 1                   ; OF SF AF, no CF, no PF
            mov     ebx, eax
            nop
            int3
  `);
  const trap = m.runUntilTrap();
  expect(trap.flags & (CF | PF | AF | ZF | SF | OF)).toBe(OF | SF | AF);
});
