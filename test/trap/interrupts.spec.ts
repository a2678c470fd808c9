/** Interrupts of the PC's two 8259s, from the wire to the EOI (8259A data sheet 231468-003). */
import { describe, expect, test } from 'vitest';
import { at, boot, edge, line, NMI, type Program, ring0, ring3, type TestMachine } from '../../emu/testing/index.ts';
import { pics } from '../pics.ts';

/** Handlers for all sixteen: nonspecific EOIs, a count of entries in EDX; `inside` comes before the EOI. */
const counting = (setup: string, inside = ''): Program => ring0`
    start:  ${setup}
            ${Array.from({ length: 8 }, (_, n) => `on ${0x20 + n}, master\n on ${0x28 + n}, slave`).join('\n')}
            xor     edx, edx
            sti
    idle:   nop
            jmp     idle
    slave:  inc     edx
            push    eax
            ${inside}
            mov     al, 0x20
            out     0xa0, al
            out     0x20, al
            pop     eax
            iretd
    master: inc     edx
            push    eax
            ${inside}
            mov     al, 0x20
            out     0x20, al
            pop     eax
            iretd
`;
const LINES = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const vectors = (m: TestMachine) => m.traps.map(({ vector }) => vector);
async function resultOf(program: Program, act: (m: TestMachine) => void, instructions = 1000): Promise<TestMachine> {
  const m = await boot(program);
  act(m);
  m.run({ instructions: 5000 + instructions });
  return m;
}

describe('each wire', () => {
  test.each(LINES)('IRQ %i is delivered, acknowledged, ended, and leaves everything as it was', async (irq) => {
    const m = await resultOf(counting(pics()), (machine) => machine.input(edge(irq), at(5000)));
    expect(m).toDeliverInterrupt({ vector: 0x20 + irq, cause: 'external', cpl: 0 });
    expect(m).toAcknowledge(0x20 + irq, 1);
    expect(m).toSendEoi(irq, 1);
    expect(m).toPreserveRegisters({ except: ['edx'] });
    expect(m).toLeaveStackBalanced();
  });
  test.each(LINES)('IRQ %i, masked, waits for the mask to go', async (irq) => {
    const masks = irq < 8 ? pics(1 << irq) : pics(0, 1 << (irq - 8));
    const m = await resultOf(counting(masks), (machine) => machine.input(edge(irq), at(5000)));
    expect(vectors(m)).toEqual([]);
    expect(m.pc.pic.peek()[irq < 8 ? 'master' : 'slave'].edges).toBe(1 << (irq & 7));
  });
});

describe('edges and levels', () => {
  test('an edge-triggered line that stays high interrupts once', async () => {
    const m = await resultOf(counting(pics()), (machine) => machine.input(edge(5), at(5000)), 10_000);
    expect(vectors(m)).toEqual([0x25]);
  });
  test('and again after it has been low', async () => {
    const m = await resultOf(counting(pics()), (machine) => {
      machine.input(edge(5), at(5000));
      machine.input(edge(5), at(5500));
    });
    expect(vectors(m)).toEqual([0x25, 0x25]);
  });
  test('a level-triggered line that stays high interrupts until it is quiet', async () => {
    const m = await resultOf(counting(pics(0, 0, 0x19)), (machine) => {
      machine.input(line(5, true), at(5000));
      machine.input(line(5, false), at(5100));
    });
    expect(vectors(m).length).toBeGreaterThan(2);
    expect(new Set(vectors(m))).toEqual(new Set([0x25]));
  });
  test('a request that goes before INTA gives the spurious vector 27h, and nothing is in service', async () => {
    const m = await boot(ring0`
      start:  ${pics()}
              on      0x27, handler
              sti
      idle:   nop
              jmp     idle
      handler: hlt
    `);
    m.run({ instructions: 5000 });
    m.pc.pic.irq(5).set(true);
    m.pc.pic.irq(5).set(false);
    m.pc.cpu.setIntr(true);
    m.runUntilTrap();
    expect(m).toDeliverInterrupt({ vector: 0x27 });
    expect(m.pc.pic.peek().master.isr).toBe(0);
  });
});

describe('priority', () => {
  test('of two requests the lower number goes first, of the slave’s all before IRQ 3', async () => {
    const m = await resultOf(counting(`${pics()} cli`), (machine) => {
      for (const irq of [7, 3, 14, 8, 1]) machine.input(line(irq, true), at(5000));
    });
    expect(vectors(m)).toEqual([0x21, 0x28, 0x2e, 0x23, 0x27]);
  });
  test('a handler with interrupts on is interrupted by a higher one only', async () => {
    const m = await resultOf(
      nesting(),
      (machine) => {
        machine.input(edge(5), at(5000));
        machine.input(edge(6), at(5050));
        machine.input(edge(4), at(5100));
      },
      5000,
    );
    expect(vectors(m)).toEqual([0x25, 0x24, 0x26]);
    expect(m).toNestAtMost(2);
    expect(m).not.toNestAtMost(1);
  });
  test('with interrupts off nothing nests', async () => {
    const m = await resultOf(counting(pics()), (machine) => {
      machine.input(edge(5), at(5000));
      machine.input(edge(4), at(5001));
    });
    expect(vectors(m)).toEqual([0x25, 0x24]);
    expect(m).toNestAtMost(1);
  });
  test('NMI goes before INTR', async () => {
    const m = await boot(counting(pics()));
    m.run({ instructions: 5000 });
    m.pc.pic.irq(1).set(true);
    m.pc.cpu.raiseNmi();
    m.runUntilTrap();
    expect(m).toDeliverInterrupt({ vector: NMI, cause: 'nmi' });
  });
});

/** Handlers that let others in while they count to 100. */
function nesting(): Program {
  return counting(pics(), 'sti\n push ecx\n mov ecx, 100\n loop $\n pop ecx\n cli');
}

describe('an EOI that does not come', () => {
  test('keeps its own and lower levels out, and lets higher ones in', async () => {
    const m = await boot(ring0`
      start:  ${pics()}
              on      0x25, handler
              on      0x24, handler
              on      0x26, handler
              sti
      idle:   nop
              jmp     idle
      handler: iretd
    `);
    for (const [time, irq] of [
      [5000, 5],
      [5100, 5],
      [5200, 6],
      [5300, 4],
    ] as const)
      m.input(edge(irq), at(time));
    m.run({ instructions: 6000 });
    expect(vectors(m)).toEqual([0x25, 0x24]);
    expect(m).not.toSendEoi(5);
  });
});

describe('interrupts in ring 3', () => {
  test('change to the stack of ring 0 and back', async () => {
    const m = await boot(ring3`
      start:  on      0x80, setup
              on      0x25, handler
              int     0x80
      spin:   jmp     spin
      setup:  ${pics()}
              iretd
      handler: push   eax
              mov     al, 0x20
              out     0x20, al
              pop     eax
              iretd
    `);
    m.input(edge(5), at(6000));
    m.runUntil({ kind: 'eoi', irq: 5 });
    expect(m).toDeliverInterrupt({ vector: 0x25, cpl: 3, cs: 0x1b, eip: 'spin' });
    expect(m.pc.cpu.esp).toBe(m.addressOf('world_stack') - 24);
    m.runUntil({ kind: 'iret' });
    expect(m).toReturnTo('spin');
    expect(m).toPreserveRegisters({ except: ['eax'] });
  });
});
