/** Every vector and every type of gate: SDM 3A, 6.10 to 6.12, and 2A, INT n. */
import { describe, expect, test } from 'vitest';
import { BP, boot, CODE_16, CONFORMING_CODE, DE, GP, NP, ring0, ring3, SPARE, UD } from '../../emu/testing/index.ts';
import { type Case, deliver, specify } from './specification.ts';

const IDT = 2;
const EXT = 1;
const hex = (value: number) => `${value.toString(16)}h`;

describe('int n delivers vector n, whatever n is', () => {
  const rows = Array.from({ length: 16 }, (_, row) => row * 16);
  test.each(rows.map((row) => [hex(row), hex(row + 15), row] as const))(
    'from ring 0, vectors %s to %s',
    async (_, __, row) => {
      const m = await boot(ring0`
        start:  on      ${row}, next
                ${Array.from({ length: 16 }, (_, n) => `on ${row + n}, next\n int ${row + n}\n after_${n}:`).join('\n')}
                hlt
        next:   iretd
      `);
      m.run();
      expect(m.traps.map(({ vector }) => vector)).toEqual(rows.map((_, n) => row + n));
      expect(
        m.traps.every(({ cause, errorCode, cpl }) => cause === 'software' && errorCode === undefined && cpl === 0),
      ).toBe(true);
      expect(m.traps.map(({ eip }) => eip)).toEqual(rows.map((_, n) => m.addressOf(`after_${n}`)));
    },
  );
  test.each(rows.map((row) => [hex(row), hex(row + 15), row] as const))(
    'from ring 3 through gates of DPL 3, vectors %s to %s',
    async (_, __, row) => {
      const m = await boot(ring3`
        start:  ${Array.from({ length: 16 }, (_, n) => `gate ${row + n}, 8, next, 0xee`).join('\n')}
                ${Array.from({ length: 16 }, (_, n) => `int ${row + n}\n after_${n}:`).join('\n')}
        done:   jmp     done
        next:   iretd
      `);
      m.run({ instructions: 3000 });
      expect(m.traps.map(({ vector }) => vector)).toEqual(rows.map((_, n) => row + n));
      expect(
        m.traps.every(({ cause, errorCode, cpl }) => cause === 'software' && errorCode === undefined && cpl === 3),
      ).toBe(true);
      expect(m.traps.map(({ eip }) => eip)).toEqual(rows.map((_, n) => m.addressOf(`after_${n}`)));
    },
  );
});

describe('the type of a gate', () => {
  const VALID: readonly number[] = [5, 6, 7, 14, 15];
  const named = { vector: GP, errorCode: (0x40 << 3) | IDT, cause: 'fault' } as const;
  specify(
    ring0,
    Array.from({ length: 16 }, (_, type) => type)
      .filter((type) => !VALID.includes(type))
      .map(
        (type): Case => [
          `${hex(type)} is no gate for an interrupt: #GP(vector)`,
          `gate 0x40, 8, world_trap, ${0x80 | type}\n here: int 0x40`,
          named,
        ],
      ),
  );
  specify(ring0, [
    ['a code segment in the IDT is no gate either', `gate 0x40, 8, world_trap, 0x9e\n here: int 0x40`, named],
    [
      'Eh is a 32-bit interrupt gate',
      'gate 0x40, 8, world_trap, 0x8e\n int 0x40\n here:',
      { vector: 0x40, cause: 'software' },
    ],
    [
      'Fh is a 32-bit trap gate',
      'gate 0x40, 8, world_trap, 0x8f\n int 0x40\n here:',
      { vector: 0x40, cause: 'software' },
    ],
    ['a task gate to no TSS is #GP', `gate 0x40, 8, world_trap, 0x85\n here: int 0x40`, { vector: GP, errorCode: 8 }],
    [
      'a task gate to the busy TSS is #GP',
      `gate 0x40, 0x28, world_trap, 0x85\n here: int 0x40`,
      { vector: GP, errorCode: 0x28 },
    ],
    ['a task gate to null is #GP', `gate 0x40, 0, world_trap, 0x85\n here: int 0x40`, { vector: GP, errorCode: 0 }],
  ]);
});

describe('what a gate does to EFLAGS', () => {
  const flagsIn = async (type: number, flags: number): Promise<number> => {
    const m = await boot(ring0`
      start:  gate    0x40, 8, handler, ${0x80 | type}
              push    dword ${flags | 2}
              popfd
              int     0x40
      handler: hlt
    `);
    m.runUntilTrap({ vector: 0x40 });
    expect(m.traps.at(-1)!.flags & 0x4200).toBe(flags & 0x4200);
    return m.pc.cpu.eflags;
  };
  const IF = 0x200;
  const NT = 0x4000;
  const AC = 0x40000;
  test('an interrupt gate clears IF', async () => expect((await flagsIn(14, IF)) & IF).toBe(0));
  test('a trap gate leaves IF set', async () => expect((await flagsIn(15, IF)) & IF).toBe(IF));
  test('a trap gate does not set IF', async () => expect((await flagsIn(15, 0)) & IF).toBe(0));
  test('both clear NT', async () => {
    expect((await flagsIn(14, NT)) & NT).toBe(0);
    expect((await flagsIn(15, NT)) & NT).toBe(0);
  });
  test('both leave DF and AC alone', async () => {
    expect((await flagsIn(14, 0x400 | AC)) & (0x400 | AC)).toBe(0x400 | AC);
  });
  test('a 16-bit interrupt gate clears IF too', async () => {
    const m = await boot(ring0`
      start:  gate    0x40, 8, 0x1000, 0x86
              sti
              int     0x40
    `);
    m.runUntilTrap({ vector: 0x40 });
    expect(m.pc.cpu.eflags & IF).toBe(0);
  });
});

describe('what is pushed', () => {
  test('a 32-bit gate in the same ring: EFLAGS, CS, EIP', async () => {
    const m = await deliver(ring0, 'mov ebx, esp\n int 0x40\n here:', { vector: 0x40 });
    expect(m.stack(0)).toBe(m.addressOf('here'));
    expect(m.stack(1) & 0xffff).toBe(8);
    expect(m.stack(2) & 2).toBe(2);
    expect(m.pc.cpu.esp).toBe(m.pc.cpu.ebx - 12);
  });
  test('with an error code, below them', async () => {
    const m = await deliver(ring0, 'mov ebx, esp\n mov ax, 0x1230\n here: mov ds, ax', {
      vector: GP,
      errorCode: 0x1230,
    });
    expect(m.stack(0)).toBe(0x1230);
    expect(m.stack(1)).toBe(m.addressOf('here'));
    expect(m.pc.cpu.esp).toBe(m.pc.cpu.ebx - 16);
  });
  test('from ring 3 to ring 0: SS and ESP first, on the stack of the TSS', async () => {
    const m = await deliver(ring3, 'int 0x80\n here:', { vector: 0x80, cpl: 3 });
    expect(m.pc.cpu.esp).toBe(m.addressOf('world_stack') - 20);
    expect([m.stack(1) & 0xffff, m.stack(3), m.stack(4) & 0xffff]).toEqual([
      0x1b,
      m.addressOf('world_user_stack'),
      0x23,
    ]);
  });
  test('a 16-bit gate pushes words', async () => {
    const m = await boot(ring0`
      start:  gate    0x40, ${CODE_16}, 0, 0x86
              mov     word [world_idt + 0x40 * 8], small - 0x100000
              descriptor ${CODE_16}, 0x0000ffff, 0x00009b10
              mov     ebx, esp
              int     0x40
      here:   hlt
              bits    16
      small:  hlt
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: 0x40, eip: 'here' });
    expect(m.pc.cpu.esp).toBe(m.pc.cpu.ebx - 6);
    expect(m.stack(0) & 0xffff).toBe(m.addressOf('here') & 0xffff);
    expect(m.stack(0) >>> 16).toBe(8);
    expect(m.pc.cpu.segment('cs').selector).toBe(CODE_16);
  });
});

describe('DPL of the gate', () => {
  const from3 = (what: string, vector: number): Case[] => [
    [
      `${what} from ring 3 through a gate of DPL 0 is #GP(vector)`,
      `gate ${vector}, 8, world_trap, 0x8e\n here: ${what}`,
      { vector: GP, errorCode: (vector << 3) | IDT },
    ],
    [
      `${what} from ring 3 through a gate of DPL 2 is #GP(vector)`,
      `gate ${vector}, 8, world_trap, 0xce\n here: ${what}`,
      { vector: GP, errorCode: (vector << 3) | IDT },
    ],
    [
      `${what} from ring 3 through a gate of DPL 3 is let in`,
      `gate ${vector}, 8, world_trap, 0xee\n ${what}\n here:`,
      { vector },
    ],
  ];
  specify(ring3, [...from3('int 0x40', 0x40), ...from3('int3', BP)]);
  specify(ring3, [
    [
      'into too',
      'gate 4, 8, world_trap, 0x8e\n mov al, 0x7f\n inc al\n here: into',
      { vector: GP, errorCode: (4 << 3) | IDT },
    ],
    ['a fault asks no gate for its DPL', 'here: ud2', { vector: UD, cpl: 3 }],
    ['nor does a division', 'xor ecx, ecx\n here: div ecx', { vector: DE, cpl: 3 }],
    [
      'bound neither',
      'mov dword [0x200000], 1\n mov dword [0x200004], 2\n xor eax, eax\n here: bound eax, [0x200000]',
      { vector: 5, cpl: 3 },
    ],
  ]);
});

describe('what is wrong with the gate or its handler', () => {
  const through = (setup: string) => `${setup}\n here: int 0x40`;
  const faulting = (setup: string) => `${setup}\n here: ud2`;
  specify(ring0, [
    [
      'a gate that is not present is #NP(vector)',
      through('gate 0x40, 8, world_trap, 0x0e'),
      { vector: NP, errorCode: (0x40 << 3) | IDT },
    ],
    [
      '... with EXT when it is an exception',
      faulting('gate 6, 8, world_trap, 0x0e'),
      { vector: NP, errorCode: (6 << 3) | IDT | EXT },
    ],
    [
      'a vector beyond the limit of the IDT is #GP(vector)',
      through('mov word [world_idtr], 0x40 * 8 + 6\n lidt [world_idtr]'),
      { vector: GP, errorCode: (0x40 << 3) | IDT },
    ],
    [
      'a limit that just holds the gate will do',
      'mov word [world_idtr], 0x40 * 8 + 7\n lidt [world_idtr]\n int 0x40\n here:',
      { vector: 0x40 },
    ],
    [
      'a handler in the null segment is #GP(0)',
      through('gate 0x40, 0, world_trap, 0x8e'),
      { vector: GP, errorCode: 0 },
    ],
    ['... with EXT when it is an exception', faulting('gate 6, 0, world_trap, 0x8e'), { vector: GP, errorCode: EXT }],
    [
      'a handler beyond the GDT is #GP(selector)',
      through('gate 0x40, 0xff8, world_trap, 0x8e'),
      { vector: GP, errorCode: 0xff8 },
    ],
    [
      'a handler in an LDT that is not there is #GP(selector)',
      through('gate 0x40, 0x0c, world_trap, 0x8e'),
      { vector: GP, errorCode: 0x0c },
    ],
    [
      'a handler in a data segment is #GP(selector)',
      through('gate 0x40, 0x10, world_trap, 0x8e'),
      { vector: GP, errorCode: 0x10 },
    ],
    [
      '... with EXT when it is an exception',
      faulting('gate 6, 0x10, world_trap, 0x8e'),
      { vector: GP, errorCode: 0x10 | EXT },
    ],
    [
      'a handler in a TSS is #GP(selector)',
      through('gate 0x40, 0x28, world_trap, 0x8e'),
      { vector: GP, errorCode: 0x28 },
    ],
    [
      'a handler in an outer ring is #GP(selector)',
      through('gate 0x40, 0x18, world_trap, 0x8e'),
      { vector: GP, errorCode: 0x18 },
    ],
    [
      'a handler in a segment not present is #NP(selector)',
      through(`descriptor ${SPARE}, 0x0000ffff, 0x00cf1b00\n gate 0x40, ${SPARE}, world_trap, 0x8e`),
      { vector: NP, errorCode: SPARE },
    ],
    [
      'a handler beyond the limit of its segment is #GP(0)',
      through(`descriptor ${SPARE}, 0x0000ffff, 0x00409b00\n gate 0x40, ${SPARE}, world_trap, 0x8e`),
      { vector: GP, errorCode: 0 },
    ],
    ['RPL in the gate is ignored', `gate 0x40, 0x0b, world_trap, 0x8e\n int 0x40\n here:`, { vector: 0x40 }],
    [
      'a conforming handler runs in ring 0 from ring 0',
      `gate 0x40, ${CONFORMING_CODE}, world_trap, 0x8e\n int 0x40\n here:`,
      { vector: 0x40 },
    ],
    ['DPL is asked before P', through('gate 0x40, 0, world_trap, 0x0e'), { vector: NP, errorCode: (0x40 << 3) | IDT }],
  ]);
  specify(ring3, [
    [
      'in ring 3, DPL of the gate goes before its presence',
      through('gate 0x40, 8, world_trap, 0x0e'),
      { vector: GP, errorCode: (0x40 << 3) | IDT },
    ],
    [
      'and its type before its DPL',
      through('gate 0x40, 8, world_trap, 0x84'),
      { vector: GP, errorCode: (0x40 << 3) | IDT },
    ],
  ]);
  test('a conforming handler stays in ring 3 and on its stack', async () => {
    const m = await deliver(
      ring3,
      `gate 0x40, ${CONFORMING_CODE}, world_trap, 0xee\n mov ebx, esp\n int 0x40\n here:`,
      { vector: 0x40, cpl: 3 },
    );
    expect(m.pc.cpu.cpl).toBe(3);
    expect(m.pc.cpu.esp).toBe(m.pc.cpu.ebx - 12);
    expect(m.pc.cpu.segment('cs').selector).toBe(CONFORMING_CODE | 3);
  });
});

describe('the gate that is used is the one that stands in memory', () => {
  specify(ring0, [
    [
      'a store into the IDT counts for the next interrupt',
      'int 0x40\n after: gate 0x40, 8, world_trap, 0x0e',
      { vector: 0x40, eip: 'after' },
    ],
  ]);
  test('also after the gate has been used before', async () => {
    const m = await boot(ring0`
      start:  on      0x40, back
              int     0x40
              int     0x40
              mov     byte [world_idt + 0x40 * 8 + 5], 0x0e
      here:   int     0x40
      back:   iretd
    `);
    m.runUntilTrap({ vector: NP });
    expect(m).toDeliverTrap({ vector: NP, errorCode: (0x40 << 3) | IDT, eip: 'here' });
    expect(m.traps).toHaveLength(3);
  });
  test('and a new descriptor for its handler', async () => {
    const m = await boot(ring0`
      start:  on      0x40, back
              descriptor ${SPARE}, 0x0000ffff, 0x00cf9b00
              mov     word [world_idt + 0x40 * 8 + 2], ${SPARE}
              int     0x40
              int     0x40
              mov     byte [world_gdt + ${SPARE} + 5], 0x1b
      here:   int     0x40
      back:   iretd
    `);
    m.runUntilTrap({ vector: NP });
    expect(m).toDeliverTrap({ vector: NP, errorCode: SPARE, eip: 'here' });
  });
});
