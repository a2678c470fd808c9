/** Task gates, task switches and virtual-8086 mode: SDM 3A, chapter 7, and 3B, chapter 20. */
import { describe, expect, test } from 'vitest';
import { BP, boot, DF, GP, NP, ring0, ring3, SPARE, TASK_STATE, TS, UD } from '../../emu/testing/index.ts';
import { enterVirtual8086 as enter, otherTask as other } from './programs.ts';
import { deliver, specify } from './specification.ts';

const VM = 0x2_0000;
const NT = 0x4000;
describe('a task gate', () => {
  test('switches to its task: registers from its TSS, a link back, NT, and both busy', async () => {
    const m = await boot(ring0`
      start:  ${other('nop\n there: int3')}
              gate    0x40, ${SPARE}, 0, 0x85
              mov     ebx, 0x77
              int     0x40
      here:   hlt
    `);
    m.runUntilTrap({ vector: BP });
    const { cpu } = m.pc;
    expect(m).toDeliverTrap({ vector: BP, eip: 'there+1', cpl: 0 });
    expect(cpu.segment('tr').selector).toBe(SPARE);
    expect(m.traps[1]!.flags & NT).toBe(NT);
    expect(m.dword('other_tss') & 0xffff).toBe(TASK_STATE);
    expect([m.dword(m.addressOf('world_tss') + 0x20), m.dword(m.addressOf('world_tss') + 0x34)]).toEqual([
      m.addressOf('here'),
      0x77,
    ]);
    for (const selector of [SPARE, TASK_STATE])
      expect(m.dword(m.addressOf('world_gdt') + selector + 4) & 0x200).toBe(0x200);
  });
  test('iret with NT set to the task itself goes on behind it: its state is saved before it is loaded', async () => {
    const m = await boot(ring0`
      start:  mov     word [world_tss], ${TASK_STATE}
              mov     ebx, 0x77
              push    dword ${NT | 2}
              popfd
              iretd
      here:   int3
    `);
    m.runUntilTrap({ vector: BP });
    expect(m).toDeliverTrap({ vector: BP, eip: 'here+1', cpl: 0 });
    expect([m.pc.cpu.ebx, m.pc.cpu.eflags & NT]).toEqual([0x77, 0]);
  });
  test('iret with NT set goes back, and the task is no longer busy', async () => {
    const m = await boot(ring0`
      start:  ${other('iretd')}
              gate    0x40, ${SPARE}, 0, 0x85
              mov     ebx, 0x77
              int     0x40
      here:   int3
    `);
    m.runUntilTrap({ vector: BP });
    expect(m).toDeliverTrap({ vector: BP, eip: 'here+1' });
    expect(m.pc.cpu.ebx).toBe(0x77);
    expect(m.pc.cpu.segment('tr').selector).toBe(TASK_STATE);
    expect(m.dword(m.addressOf('world_gdt') + SPARE + 4) & 0x200).toBe(0);
  });
  test('an error code is pushed on the new task’s stack', async () => {
    const m = await boot(ring0`
      start:  ${other('there: int3')}
              gate    13, ${SPARE}, 0, 0x85
              mov     ax, 0x1230
              mov     ds, ax
    `);
    m.runUntilTrap({ vector: BP });
    expect(m.traps[1]!.esp).toBe(m.addressOf('other_stack') - 4);
    expect(m.dword(m.addressOf('other_stack') - 4)).toBe(0x1230);
  });
  test('serves a double fault whose stack is gone', async () => {
    const m = await boot(ring0`
      start:  ${other('there: int3')}
              gate    8, ${SPARE}, 0, 0x85
              mov     byte [world_idt + 13 * 8 + 5], 0x0e
              mov     ax, 0x1230
      here:   mov     ds, ax
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: DF, errorCode: 0, eip: 'here' });
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: BP });
  });
  test('may be used from ring 3 when its DPL is 3', async () => {
    const m = await boot(ring3`
      start:  ${other('there: int3')}
              gate    0x40, ${SPARE}, 0, 0xe5
              int     0x40
    `);
    m.runUntilTrap({ vector: BP });
    expect(m).toDeliverTrap({ vector: BP, cpl: 0 });
  });

  const through = (change: string) => `${other('hlt')}\n gate 0x40, ${SPARE}, 0, 0x85\n ${change}\n here: int 0x40`;
  specify(ring0, [
    [
      'to a TSS not present is #NP(selector)',
      through(`mov byte [world_gdt + ${SPARE} + 5], 0x09`),
      { vector: NP, errorCode: SPARE },
    ],
    [
      'to a busy TSS is #GP(selector)',
      through(`mov byte [world_gdt + ${SPARE} + 5], 0x8b`),
      { vector: GP, errorCode: SPARE },
    ],
    [
      'to a TSS that is too short is #TS(selector)',
      through(`mov word [world_gdt + ${SPARE}], 102`),
      { vector: TS, errorCode: SPARE },
    ],
    [
      'to what is no TSS is #GP(selector)',
      through(`mov byte [world_gdt + ${SPARE} + 5], 0x82`),
      { vector: GP, errorCode: SPARE },
    ],
  ]);
  const within = (change: string) => `${other('hlt')}\n gate 0x40, ${SPARE}, 0, 0x85\n ${change}\n int 0x40`;
  specify(ring0, [
    ['a null CS too', within('mov dword [other_tss + 0x4c], 0'), { vector: TS, errorCode: 0, eip: 'other' }],
    [
      'CS with data is #TS(selector)',
      within('mov dword [other_tss + 0x4c], 0x10'),
      { vector: TS, errorCode: 0x10, eip: 'other' },
    ],
    [
      'DS beyond the GDT is #TS(selector)',
      within('mov dword [other_tss + 0x54], 0x1000'),
      { vector: TS, errorCode: 0x1000, eip: 'other' },
    ],
    ['the T bit is #DB when the task begins', within('mov byte [other_tss + 0x64], 1'), { vector: 1, eip: 'other' }],
  ]);
  test.each([
    ['a null SS', 'mov dword [other_tss + 0x50], 0', 0],
    ['SS with code', 'mov dword [other_tss + 0x50], 0x08', 0x08],
    ['an LDT that is none', 'mov dword [other_tss + 0x60], 0x10', 0x10],
  ])('%s in the new task leaves it no stack to tell of its #TS on', async (_, change, errorCode) => {
    const m = await boot(ring0`
      start:  ${within(change)}
    `);
    expect(m.run()).toMatchObject({ kind: 'shutdown', vector: TS, errorCode });
  });
});

describe('virtual-8086 mode', () => {
  const AT = 0;
  const gp = { vector: GP, errorCode: 0, cs: 0xf000, eip: AT, cpl: 3 } as const;
  specify(ring0, [
    ['int n with IOPL 0 is #GP(0)', enter(0, 'int 0x40'), gp],
    [
      'int n with IOPL 3 goes through the IDT to ring 0',
      `gate 0x40, 8, world_trap, 0xee\n${enter(3, 'int 0x40')}`,
      { vector: 0x40, eip: 2, cs: 0xf000, cpl: 3 },
    ],
    ['int n with IOPL 3 still asks the gate for its DPL', enter(3, 'int 0x40'), { ...gp, errorCode: 0x40 * 8 + 2 }],
    ['int3 asks no IOPL', enter(0, 'int3'), { vector: BP, eip: 1, cs: 0xf000, cpl: 3 }],
    ['cli with IOPL 0 is #GP(0)', enter(0, 'cli'), gp],
    ['sti', enter(0, 'sti'), gp],
    ['pushf', enter(0, 'pushf'), gp],
    ['popf', enter(0, 'popf'), gp],
    ['iret', enter(0, 'iret'), gp],
    ['hlt is #GP(0) with any IOPL', enter(3, 'hlt'), gp],
    ['in asks the bitmap, not IOPL', enter(3, 'in al, 0x60'), gp],
    ['mov to CR0', enter(3, 'mov cr0, eax'), gp],
    ['lldt is #UD', enter(3, 'lldt ax'), { vector: UD, eip: AT }],
    [
      'a division by zero comes from segment f000h',
      enter(0, 'xor cx, cx\n div cx'),
      { vector: 0, eip: 2, cs: 0xf000, cpl: 3 },
    ],
    [
      'a gate to a handler of ring 3 is #GP(selector)',
      `gate 6, 0x18, world_trap, 0x8e\n${enter(0, 'ud2')}`,
      { vector: GP, errorCode: 0x19, eip: AT },
    ],
  ]);
  test('a trap pushes all segment registers, and the handler finds them null', async () => {
    const m = await deliver(ring0, enter(0, 'mov ax, 0x1234\n mov ds, ax\n ud2'), {
      vector: UD,
      eip: 5,
      cs: 0xf000,
      cpl: 3,
    });
    const { cpu } = m.pc;
    expect(cpu.esp).toBe(m.addressOf('world_stack') - 36);
    expect([m.stack(3), m.stack(4) & 0xffff, m.stack(6) & 0xffff]).toEqual([0x800, 0x3000, 0x1234]);
    expect(m.stack(2) & VM).toBe(VM);
    expect((['ds', 'es', 'fs', 'gs'] as const).map((name) => cpu.segment(name).selector)).toEqual([0, 0, 0, 0]);
    expect(cpu.eflags & VM).toBe(0);
  });
});
