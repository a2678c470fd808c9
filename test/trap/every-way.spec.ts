/**
 * Every vector, every type of gate and every way between privilege levels, once each. What each of them does in all its
 * variations is in the other specs; here is seen that none is missing.
 */
import { describe, expect, test } from 'vitest';
import {
  AC,
  BP,
  BR,
  boot,
  CONFORMING_CODE,
  DB,
  DE,
  DF,
  GP,
  MC,
  MF,
  NM,
  NMI,
  NP,
  OF,
  PF,
  type Program,
  paged0,
  ring0,
  ring1,
  ring2,
  ring3,
  SPARE,
  SS,
  TASK_STATE,
  type TestMachine,
  TS,
  UD,
  XM,
} from '../../emu/testing/index.ts';
import { enterVirtual8086, otherTask } from './programs.ts';
import { deliver } from './specification.ts';

const IF = 0x200;
const NT = 0x4000;
const DATA = [0x10, 0x39, 0x4a, 0x23];
const STACKS = ['world_stack', 'world_stack_1', 'world_stack_2'];
/** The selector behind SPARE. */
const SPARE_2 = SPARE + 8;

type World = (strings: TemplateStringsArray, ...values: readonly (string | number)[]) => Program;
/** What happens, and the program whose instruction at `here` it happens to; traps leave `here` behind them. */
type Cause = readonly [what: string, world: World, code: string, errorCode: number | null];

const notPresent = `descriptor ${SPARE}, 0xffff, 0x00cf1300\n mov ax, ${SPARE}\n`;
const fpu = 'mov eax, cr0\n and eax, ~0x0e\n or eax, 0x20\n mov cr0, eax\n fninit\n';
const sse = 'mov eax, cr4\n or eax, 0x600\n mov cr4, eax\n mov dword [0x200000], 0x1d80\n ldmxcsr [0x200000]\n';

/** Vectors that an instruction brings about (SDM 3A, table 6-1). */
const EXCEPTIONS: Readonly<Record<number, Cause>> = {
  [DE]: ['a division by zero', ring0, 'xor ecx, ecx\n here: div ecx', null],
  [DB]: ['a single step', ring0, 'push dword 0x102\n popfd\n nop\n here:', null],
  [BP]: ['int3', ring0, 'int3\n here:', null],
  [OF]: ['into with OF set', ring0, 'mov al, 0x7f\n inc al\n into\n here:', null],
  [BR]: ['an index out of its bounds', ring0, 'mov eax, -1\n here: bound eax, [0x200000]', null],
  [UD]: ['ud2', ring0, 'here: ud2', null],
  [NM]: ['x87 with CR0.TS', ring0, 'mov eax, cr0\n or eax, 8\n mov cr0, eax\n here: fld1', null],
  [DF]: [
    'a fault on the way to the handler of a fault',
    ring0,
    'gate 13, 8, 0, 0x0e\n mov ax, 0x1230\n here: mov ds, ax',
    0,
  ],
  [TS]: [
    'a stack of ring 0 that is null',
    ring3,
    `gate 10, ${CONFORMING_CODE}, world_trap, 0x8e\n mov word [world_tss + 8], 0\n here: int 0x80`,
    0,
  ],
  [NP]: ['data that is not present', ring0, `${notPresent}here: mov ds, ax`, SPARE],
  [SS]: ['a stack that is not present', ring0, `${notPresent}here: mov ss, ax`, SPARE],
  [GP]: ['a null stack', ring0, 'xor eax, eax\n here: mov ss, ax', 0],
  [PF]: ['a page that is not there', paged0, 'page 0x300000, 0\n here: mov [0x300000], eax', 2],
  [MF]: [
    'an x87 exception that waits',
    ring0,
    `${fpu}mov word [0x200000], 0x37b\n fldcw [0x200000]\n fld1\n fldz\n fdivp st1, st0\n here: fwait`,
    null,
  ],
  [AC]: [
    'an operand out of line in ring 3',
    ring0,
    `mov eax, cr0
     or eax, 0x40000
     mov cr0, eax
     push dword 0x23
     push dword world_user_stack
     push dword 0x40002
     push dword 0x1b
     push dword there
     iretd
     there: mov ax, 0x23
     mov ds, ax
     here: mov eax, [0x200002]`,
    0,
  ],
  [XM]: [
    'an SSE exception',
    ring0,
    `${fpu}${sse}xorps xmm0, xmm0\n mov eax, 0x3f800000\n movd xmm1, eax\n here: divss xmm1, xmm0`,
    null,
  ],
};

describe('each vector of the processor’s own', () => {
  for (const [vector, [what, world, code, errorCode]] of Object.entries(EXCEPTIONS)) {
    test(`${vector}: ${what}`, async () => {
      await deliver(world, code, { vector: Number(vector), errorCode });
    });
  }

  test('2: an NMI', async () => {
    const m = await boot(ring0`start: jmp start`);
    m.input({ kind: 'button', button: 'nmi' }, 4000);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: NMI, cause: 'nmi', errorCode: null, eip: 'start' });
  });

  test('are all there are: a P6 with SSE2 has 0 to 8, 10 to 14 and 16 to 19, and no check of this machine fails', () => {
    const known = [...Object.keys(EXCEPTIONS).map(Number), NMI, MC];
    expect(known.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 16, 17, 18, 19]);
  });
});

test('each vector from 32 to 255 as a software interrupt', async () => {
  const vectors = Array.from({ length: 256 - 32 }, (_, n) => 32 + n);
  const m = await boot(ring0`
    start:  ${vectors.map((vector) => `on ${vector}, back\n int ${vector}`).join('\n')}
            hlt
    back:   iretd
  `);
  m.run();
  expect(m.traps.map(({ vector, cause, errorCode }) => [vector, cause, errorCode])).toEqual(
    vectors.map((vector) => [vector, 'software', undefined]),
  );
});

/** From a ring to a ring; `conforming` code is of ring 0 and runs in that of its caller. */
interface Way {
  readonly from: 0 | 1 | 2 | 3;
  readonly to: 0 | 1 | 2 | 3;
  readonly conforming?: true;
}
const WORLDS = [ring0, ring1, ring2, ring3] as const;
const WAYS: readonly Way[] = [
  ...([0, 1, 2, 3] as const).map((ring) => ({ from: ring, to: ring })),
  { from: 3, to: 3, conforming: true },
  { from: 3, to: 2 },
  { from: 3, to: 1 },
  { from: 3, to: 0 },
  { from: 2, to: 1 },
  { from: 2, to: 0 },
  { from: 1, to: 0 },
];
const named = ({ from, to, conforming }: Way) =>
  `from ring ${from} to ${conforming ? 'conforming code' : from === to ? 'the same' : `ring ${to}`}`;

/** Code at SPARE that begins at 1 MB, so that 16 bits of offset reach the program. */
const handlerSegment = ({ to, conforming }: Way) => {
  const access = conforming ? 0x9f : 0x9b | (to << 5);
  return `descriptor ${SPARE}, 0x0000ffff, ${0x0040_0010 | (access << 8)}`;
};

/** What a gate is by its type (SDM 3A, 3.5): how wide what it pushes is, and whether it clears IF. */
const GATES = [
  { type: 6, name: 'a 16-bit interrupt gate', width: 2, clears: true },
  { type: 7, name: 'a 16-bit trap gate', width: 2, clears: false },
  { type: 14, name: 'a 32-bit interrupt gate', width: 4, clears: true },
  { type: 15, name: 'a 32-bit trap gate', width: 4, clears: false },
] as const;

/** The machine stands at the handler: in its ring, on its stack, with so many bytes on it and IF as it should be. */
function expectEntered(m: TestMachine, { from, to }: Way, before: number, pushed: number): void {
  const { cpu } = m.pc;
  expect(cpu.cpl).toBe(to);
  expect(cpu.segment('cs').selector).toBe(SPARE | to);
  expect(cpu.segment('ss').selector).toBe(DATA[to]);
  expect(cpu.esp).toBe((from === to ? before : m.addressOf(STACKS[to]!)) - pushed);
}

describe.each(GATES)('$name', ({ type, width, clears }) => {
  const gate = `gate 0x40, ${SPARE}, world_trap - 0x100000, ${0xe0 | type}`;

  test.each(WAYS.map((way) => [named(way), way] as const))('%s', async (_, way) => {
    const { from, to } = way;
    // Ring 0 of the worlds has interrupts off, the others may not switch them.
    const on = from === 0 ? 'sti' : '';
    const code = `${handlerSegment(way)}\n ${gate}\n mov ebx, esp\n ${on}\n int 0x40\n here:`;
    const m = await deliver(WORLDS[from], code, { vector: 0x40, cause: 'software', errorCode: null, cpl: from });
    expectEntered(m, way, m.pc.cpu.ebx, (from === to ? 3 : 5) * width);
    expect(m.traps[0]!.flags & IF).toBe(IF);
    expect(m.pc.cpu.eflags & IF).toBe(clears ? 0 : IF);
  });

  test('from virtual-8086 mode to ring 0', async () => {
    const code = `${handlerSegment({ from: 3, to: 0 })}\n ${gate}\n ${enterVirtual8086(3, 'int 0x40', IF)}`;
    const m = await deliver(ring0, code, { vector: 0x40, cause: 'software', cs: 0xf000, eip: 2, cpl: 3 });
    expectEntered(m, { from: 3, to: 0 }, 0, 9 * width);
    expect(m.pc.cpu.eflags & IF).toBe(clears ? 0 : IF);
  });
});

describe.each([
  { type: 4, name: 'a 16-bit call gate', width: 2 },
  { type: 12, name: 'a 32-bit call gate', width: 4 },
])('$name', ({ type, width }) => {
  test.each(WAYS.map((way) => [named(way), way] as const))('%s', async (_, way) => {
    const { from, to } = way;
    const m = await boot(WORLDS[from]`
      start:  ${handlerSegment(way)}
              mov     eax, there - 0x100000
              mov     [world_gdt + ${SPARE_2}], ax
              mov     word [world_gdt + ${SPARE_2} + 2], ${SPARE}
              mov     word [world_gdt + ${SPARE_2} + 4], ${(0xe0 | type) << 8}
              shr     eax, 16
              mov     [world_gdt + ${SPARE_2} + 6], ax
              mov     ebx, esp
              call    ${SPARE_2 | from}:0
      there:  ud2
    `);
    m.runUntil({ kind: 'trap' }, { instructions: 5000 });
    expect(m).toDeliverTrap({ vector: UD, cs: SPARE | to, cpl: to });
    const [{ ss, esp, eip } = { ss: 0, esp: 0, eip: 0 }] = m.traps;
    expect(eip).toBe(m.addressOf('there') - 0x100000);
    expect(ss).toBe(DATA[to]);
    expect(esp).toBe(from === to ? m.pc.cpu.ebx - 2 * width : m.addressOf(STACKS[to]!) - 4 * width);
  });
});

describe('a task gate', () => {
  const toOther = `gate 0x40, ${SPARE}, 0, 0xe5`;
  const expectNested = (m: TestMachine) => {
    m.runUntilTrap({ vector: BP });
    expect(m).toDeliverTrap({ vector: BP, eip: 'there+1', cpl: 0 });
    expect(m.traps.at(-1)!.flags & NT).toBe(NT);
    expect(m.dword('other_tss') & 0xffff).toBe(TASK_STATE);
    expect(m.pc.cpu.segment('tr').selector).toBe(SPARE);
  };

  test.each(WORLDS.map((world, ring) => [ring, world] as const))('in the IDT, from ring %i', async (_, world) => {
    const m = await boot(world`
      start:  ${otherTask('there: int3')}
              ${toOther}
              int     0x40
    `);
    expectNested(m);
  });

  test('in the IDT, from virtual-8086 mode', async () => {
    const m = await boot(ring0`
      start:  ${otherTask('there: int3')}
              ${toOther}
              ${enterVirtual8086(3, 'int 0x40')}
    `);
    expectNested(m);
  });

  test.each([0, 3])('in the GDT, by a call from ring %i', async (ring) => {
    const m = await boot(WORLDS[ring]!`
      start:  ${otherTask('there: int3')}
              descriptor ${SPARE_2}, ${SPARE << 16}, 0x0000e500
              call    ${SPARE_2 | ring}:0
    `);
    expectNested(m);
  });

  test('iret of the nested task goes back, and another interrupt goes there again', async () => {
    const m = await boot(ring3`
      start:  ${otherTask('iretd\n there: iretd')}
              ${toOther}
              int     0x40
              int     0x40
      here:   int3
    `);
    m.runUntilTrap({ vector: BP });
    expect(m).toDeliverTrap({ vector: BP, eip: 'here+1', cpl: 3 });
    expect(m.traps.map(({ vector }) => vector)).toEqual([0x40, 0x40, BP]);
    expect(m.pc.cpu.segment('cs').selector & 3).toBe(0);
  });
});
