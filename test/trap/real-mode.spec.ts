/** Traps in real mode: SDM 3B, 20.1.4. */
import { describe, expect, test } from 'vitest';
import { BP, boot, DE, GP, real, type TestMachine, UD } from '../../emu/testing/index.ts';
import { NOTHING, specify } from './specification.ts';

const word = (m: TestMachine, n: number) => {
  const at = m.pc.cpu.segment('ss').base + (m.pc.cpu.esp & 0xffff) + 2 * n;
  return m.dword(at) & 0xffff;
};

describe('the table of vectors', () => {
  const rows = Array.from({ length: 16 }, (_, row) => row * 16);
  test.each(rows)('vectors from %i on lead through their far pointers', async (row) => {
    const m = await boot(real`
      start:  ${Array.from({ length: 16 }, (_, n) => `on ${row + n}, next`).join('\n')}
              ${Array.from({ length: 16 }, (_, n) => `int ${row + n}`).join('\n')}
              hlt
      next:   iret
    `);
    m.run();
    expect(m.traps.map(({ vector }) => vector)).toEqual(rows.map((_, n) => row + n));
    expect(m).toLeaveStackBalanced();
    expect(m).toPreserveRegisters();
  });

  test('pushes FLAGS, CS and IP as words, and no error code', async () => {
    const m = await boot(real`
      start:  stc
              int 0x40
      here:   hlt
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: 0x40, errorCode: null, eip: 'here', cs: 0 });
    expect(m.pc.cpu.esp & 0xffff).toBe(0x7000 - 6);
    expect([word(m, 0), word(m, 1), word(m, 2) & 1]).toEqual([m.addressOf('here'), 0, 1]);
  });

  test('clears IF and TF for the handler', async () => {
    const m = await boot(real`
      start:  sti
              int 0x40
    `);
    m.runUntilTrap();
    expect(m.traps[0]!.flags & 0x200).toBe(0x200);
    expect(m.pc.cpu.eflags & 0x300).toBe(0);
  });
});

describe('exceptions', () => {
  specify(real, [
    [
      'dividing by zero is #DE at the division',
      'xor cx, cx\n here: div cx',
      { vector: DE, cause: 'fault', errorCode: null },
    ],
    ['int3', 'int3\n here:', { vector: BP, cause: 'software' }],
    ['into', 'mov al, 0x7f\n inc al\n into\n here:', { vector: 4 }],
    ['ud2', 'here: ud2', { vector: UD, errorCode: null }],
    ['a word over the end of a segment is #GP', 'here: mov ax, [0xffff]', { vector: GP, errorCode: null }],
    ['a dword over the end of a segment is #GP', 'here: mov eax, [0xfffd]', { vector: GP, errorCode: null }],
    ['the last byte is within', 'mov al, [0xffff]', NOTHING],
    [
      'a word over the end of the stack segment is #SS',
      'mov bp, 0xffff\n here: mov ax, [bp]',
      { vector: 12, errorCode: null },
    ],
    ['instructions of protected mode are #UD: lldt', 'here: lldt ax', { vector: UD }],
    ['ltr', 'here: ltr ax', { vector: UD }],
    ['sldt', 'here: sldt ax', { vector: UD }],
    ['arpl', 'here: arpl ax, cx', { vector: UD }],
    ['lar', 'here: lar ax, cx', { vector: UD }],
    ['verr', 'here: verr ax', { vector: UD }],
    ['lmsw and smsw are not', 'smsw ax\n lmsw ax', NOTHING],
    [
      'nor are lgdt, cli, hlt’s neighbours, in and out',
      'sgdt [0x500]\n lgdt [0x500]\n cli\n in al, 0x80\n out 0x80, al',
      NOTHING,
    ],
    [
      'loading a segment register never faults',
      'mov ax, 0xffff\n mov es, ax\n mov ss, ax\n xor ax, ax\n mov ss, ax',
      NOTHING,
    ],
    ['bound', 'mov dword [0x500], 0x00020001\n xor ax, ax\n here: bound ax, [0x500]', { vector: 5 }],
    [
      'a vector beyond the limit of the table is #GP',
      'lidt [short_table]\n here: int 0x40\n short_table: dw 0xff\n dd 0',
      { vector: GP, errorCode: null },
    ],
  ]);

  test('an exception beyond a table without #DF shuts the processor down', async () => {
    const m = await boot(real`
      start:  lidt [empty]
              int 0x40
      empty:  dw 3
              dd 0
    `);
    expect(m.run()).toMatchObject({ kind: 'shutdown' });
  });

  test('a fault returns to its instruction', async () => {
    const m = await boot(real`
      start:  on 6, handler
              mov bx, 1
      here:   ud2
              mov bx, 3
              int3
      handler: mov bp, sp
              add word [bp], 2
              iret
    `);
    m.runUntilTrap({ vector: BP });
    expect(m.pc.cpu.ebx & 0xffff).toBe(3);
  });
});
