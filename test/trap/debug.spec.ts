/** Breakpoints and single steps: SDM 3B, chapter 17.2 and 17.3. */
import { expect, test } from 'vitest';
import { BP, boot, DB, GP, NMI, ring0, ring3, type TestMachine, UD } from '../../emu/testing/index.ts';

const RF = 0x1_0000;
const BS = 0x4000;
const BD = 0x2000;

const dr6 = (m: TestMachine): number => m.pc.cpu.debugRegister(6) & 0xe00f;
/** EFLAGS as the last trap pushed it, without an error code. */
const pushedFlags = (m: TestMachine): number => {
  const { ram, esp } = m.pc.cpu;
  return new DataView(ram.buffer, ram.byteOffset).getUint32(esp + 8, true);
};
/** Lines that load DR0 with a label and DR7 with what is to happen there. */
const watch = (label: string, dr7: number): string => `
    mov eax, ${label}
    mov dr0, eax
    mov eax, ${dr7}
    mov dr7, eax`;
const LOCAL = 0x401;
const ON_WRITE = 0x1_0000;
const ON_PORT = 0x2_0000;
const ON_ACCESS = 0x3_0000;
const DWORD = 0xc_0000;
const GD = 0x2000;

test('with TF set each instruction ends in #DB, beginning with the one after popf', async () => {
  const m = await boot(ring0`
    start:  push dword 0x102
            popfd
            nop
    here:   nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, errorCode: null, cause: 'trap', eip: 'here' });
  expect(dr6(m)).toBe(BS);
  expect(pushedFlags(m) & 0x100).toBe(0x100);
  expect(m.pc.cpu.eflags & 0x100).toBe(0);
});

test('iret into a program with TF set: one instruction runs, then #DB', async () => {
  const m = await boot(ring0`
    start:  push dword 0x102
            push dword 0x08
            push dword next
            iretd
    next:   nop
    here:   nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
});

test('popf that clears TF is the last instruction traced', async () => {
  const m = await boot(ring0`
    start:  on 1, handler
            push dword 2
            push dword 0x102
            popfd
            popfd
            nop
            ud2
    handler: iretd
  `);
  m.runUntilTrap({ vector: UD });
  expect(m.traps.map(({ vector }) => vector)).toEqual([DB, UD]);
});

test('a software interrupt is not traced: its handler runs with TF clear', async () => {
  const m = await boot(ring0`
    start:  push dword 0x102
            popfd
            int3
    behind: hlt
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: BP, eip: 'behind' });
  m.run({ instructions: 100 });
  expect(m.traps).toHaveLength(1);
});

test('loading SS holds off single steps until the instruction after it is done', async () => {
  const m = await boot(ring0`
    start:  mov cx, ss
            push dword 0x102
            popfd
            mov ss, cx
            nop
    here:   nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
});

test('a repeated string instruction is traced after each iteration', async () => {
  const m = await boot(ring0`
    start:  mov ecx, 3
            mov edi, 0x200000
            push dword 0x102
            popfd
    here:   rep stosb
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
  expect(m.pc.cpu.ecx).toBe(2);
});

test('a fault comes instead of the single-step trap of its instruction', async () => {
  const m = await boot(ring0`
    start:  push dword 0x102
            popfd
    here:   ud2
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, cause: 'fault', eip: 'here' });
  expect(pushedFlags(m) & RF).toBe(RF);
});

test('int1 is #DB as a trap; it leaves DR6 alone and asks no gate for its DPL', async () => {
  const m = await boot(ring3`
    start:  db 0xf1
    behind: nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'behind', cpl: 3 });
  expect(dr6(m)).toBe(0);
});

test('int 1 is a software interrupt like any other: #GP where the gate does not let it', async () => {
  const m = await boot(ring3`
    start:  int 1
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0x0a, eip: 'start' });
});

test('a code breakpoint is a fault before its instruction, and pushes RF clear', async () => {
  const m = await boot(ring0`
    start:  ${watch('here', LOCAL)}
            nop
    here:   inc ebx
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
  expect(dr6(m)).toBe(1);
  expect(pushedFlags(m) & RF).toBe(0);
});

test('RF in what iret loads holds a code breakpoint off for one instruction', async () => {
  const m = await boot(ring0`
    start:  on 1, handler
            ${watch('here', LOCAL)}
            mov ecx, 3
    here:   inc ebx
            loop here
            ud2
    handler: or dword [esp + 8], ${RF}
            iretd
  `);
  m.runUntilTrap({ vector: UD });
  expect(m.traps.map(({ vector }) => vector)).toEqual([DB, DB, DB, UD]);
});

test('a code breakpoint goes before what fetching its instruction raises', async () => {
  const m = await boot(ring0`
    start:  ${watch('here', LOCAL)}
            jmp here
    here:   db 0x0f, 0xff
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
});

test('a data breakpoint is a trap after the store', async () => {
  const m = await boot(ring0`
    start:  ${watch('0x200000', LOCAL | ON_WRITE | DWORD)}
            mov eax, [0x200000]
            mov byte [0x200003], 1
    here:   nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, cause: 'trap', eip: 'here' });
  expect(dr6(m)).toBe(1);
});

test('a breakpoint on access sees reads, and accesses that only overlap it', async () => {
  const m = await boot(ring0`
    start:  ${watch('0x200004', LOCAL | ON_ACCESS)}
            mov eax, [0x200000]
            mov eax, [0x200001]
    here:   nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
});

test('a push into watched memory traps too', async () => {
  const m = await boot(ring0`
    start:  ${watch('0x200ffc', LOCAL | ON_WRITE | DWORD)}
            mov esp, 0x201000
            push eax
    here:   nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
});

test('a data breakpoint hit by a load of SS waits until the next instruction is done', async () => {
  const m = await boot(ring0`
    start:  mov word [0x200000], ss
            ${watch('0x200000', LOCAL | ON_ACCESS)}
            mov ss, [0x200000]
            nop
    here:   nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
  expect(dr6(m)).toBe(1);
});

test('a fault loses the data breakpoints of its instruction', async () => {
  const m = await boot(ring0`
    start:  mov dword [0x200000], 0x08
            ${watch('0x200000', LOCAL | ON_ACCESS)}
    here:   mov ss, [0x200000]
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 8, eip: 'here' });
  m.run({ instructions: 100 });
  expect(m.traps).toHaveLength(1);
});

test('an I/O breakpoint traps after the port access, with CR4.DE only', async () => {
  const program = (de: number) => ring0`
    start:  mov eax, ${de}
            mov cr4, eax
            ${watch('0x80', LOCAL | ON_PORT)}
            out 0x80, al
    here:   ud2
  `;
  const m = await boot(program(8));
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, cause: 'trap', eip: 'here' });
  expect(dr6(m)).toBe(1);
  const without = await boot(program(0));
  without.runUntilTrap();
  expect(without).toDeliverTrap({ vector: UD, eip: 'here' });
});

test('also at a port whose chip shows what it holds', async () => {
  const m = await boot(ring0`
    start:  mov eax, 8
            mov cr4, eax
            ${watch('0x21', LOCAL | ON_PORT)}
            in  al, 0x21
    here:   ud2
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, cause: 'trap', eip: 'here' });
});

test('with GD set, touching a debug register is #DB before it happens; the handler finds GD clear', async () => {
  const m = await boot(ring0`
    start:  mov eax, ${GD}
            mov dr7, eax
    here:   mov eax, dr0
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, cause: 'fault', eip: 'here' });
  expect(dr6(m)).toBe(BD);
  expect(m.pc.cpu.debugRegister(7) & GD).toBe(0);
});

test('debug traps of the instruction before go before an NMI', async () => {
  const m = await boot(ring0`
    start:  push dword 0x102
            popfd
            nop
    here:   nop
  `);
  m.pc.machine.run({ instructions: 1 });
  while (m.pc.cpu.eip !== m.addressOf('here') - 1) m.pc.machine.run({ instructions: 1 });
  m.pc.machine.run({ instructions: 1 });
  m.pc.cpu.raiseNmi();
  m.run({ instructions: 10 });
  expect(m.traps.map(({ vector }) => vector)).toEqual([DB, NMI]);
});
