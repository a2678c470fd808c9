/** VME and PVI: SDM 3B, 20.3 and 20.4. */
import { expect, test } from 'vitest';
import { BP, boot, GP, ring0, ring3, type TestMachine, UD } from '../../emu/testing/index.ts';

const VME = 1;
const PVI = 2;
const VM = 0x2_0000;
const VIF = 0x8_0000;
const VIP = 0x10_0000;
const IF = 0x200;
const TF = 0x100;
const IOPL3 = 0x3000;
/** Where CS FFFFh begins: the program above 1 MB is in reach of virtual-8086 mode. */
const BASE = 0xffff0;
const STACK = 0x7000;
const MAP = 0x88;

interface Monitor {
  /** CR4. */
  readonly cr4?: number;
  /** EFLAGS besides VM. */
  readonly flags?: number;
  /** Vectors that go to the monitor; the others to the program itself. */
  readonly redirected?: readonly number[];
}

/** A virtual-8086 program, begun at `start` with SS:SP 0:7000h and the other segments 0. */
async function bootVirtual(code: string, { cr4 = VME, flags = 0, redirected = [] }: Monitor = {}) {
  const m = await boot(ring0`
    enter_virtual:
            mov eax, ${cr4}
            mov cr4, eax
            push dword 0
            push dword 0
            push dword 0
            push dword 0
            push dword 0
            push dword ${STACK}
            push dword ${VM | flags | 2}
            push dword ${BASE >>> 4}
            push dword start16 - ${BASE}
            iretd
    start:  jmp enter_virtual
            bits 16
    start16: ${code}
  `);
  while (m.pc.cpu.eip !== m.addressOf('enter_virtual')) m.run({ instructions: 1 });
  // The redirection bitmap needs a TSS that reaches so far.
  const task = m.pc.cpu.segment('tr');
  m.pc.cpu.setSegment('tr', { ...task, limit: 0x2fff });
  const bitmap = new Uint8Array(34);
  for (const vector of redirected) bitmap[2 + (vector >>> 3)]! |= 1 << (vector & 7);
  m.pc.machine.memory.write(task.base + MAP - 32, bitmap.subarray(2));
  m.pc.machine.memory.write(task.base + 102, Uint8Array.of(MAP, 0));
  return m;
}
const at = (m: TestMachine, label: string) => m.addressOf(label) - BASE;
/** Runs to the first trap, which must be the ud2 at `done`. */
const finish = (m: TestMachine) => {
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: at(m, 'done'), cpl: 3 });
  return m.pc.cpu;
};

test('below IOPL 3 pushf shows IOPL 3, and VIF in the place of IF', async () => {
  for (const [flags, image] of [
    [IF, IOPL3],
    [VIF, IOPL3 | IF],
  ] as const) {
    const m = await bootVirtual('pushf\n pop ax\n done: ud2', { flags });
    expect(finish(m).eax & (IOPL3 | IF)).toBe(image);
  }
});

test('cli and sti change VIF and leave IF alone', async () => {
  const m = await bootVirtual('sti\n pushf\n pop ax\n cli\n pushf\n pop bx\n done: ud2', { flags: 0 });
  const { eax, ebx } = finish(m);
  expect([eax & IF, ebx & IF]).toEqual([IF, 0]);
});

test('without CR4.VME they are #GP(0)', async () => {
  for (const code of ['cli', 'sti', 'pushf', 'popf', 'iret', 'int 0x21']) {
    const m = await bootVirtual(`here: ${code}`, { cr4: 0 });
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: at(m, 'here') });
  }
});

test('sti while an interrupt waits (VIP) is #GP(0): the monitor is to deliver it', async () => {
  const m = await bootVirtual('here: sti', { flags: VIP });
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: at(m, 'here') });
});

test('popf loads VIF, and is #GP(0) for TF, or IF while an interrupt waits', async () => {
  const load = (image: number) => `push ${image}\n here: popf\n pushf\n pop ax\n done: ud2`;
  const cpu = finish(await bootVirtual(load(IF)));
  expect(cpu.eax & (IF | IOPL3)).toBe(IF | IOPL3);
  expect(cpu.eflags & VIF).toBe(VIF);
  for (const [image, flags] of [
    [TF, 0],
    [IF, VIP],
  ] as const) {
    const m = await bootVirtual(load(image), { flags });
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: at(m, 'here') });
  }
});

test('iret loads VIF', async () => {
  const m = await bootVirtual(`push ${IF}\n push cs\n push done - ${BASE}\n iret\n done: ud2`);
  expect(finish(m).eflags & VIF).toBe(VIF);
});

test('the 32-bit forms are #GP(0) all the same', async () => {
  for (const code of ['pushfd', 'popfd', 'iretd']) {
    const m = await bootVirtual(`here: ${code}`);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: at(m, 'here') });
  }
});

test('int n whose bit is 0 goes to the program itself, with VIF as IF on the stack and then clear', async () => {
  const m = await bootVirtual('int 0x21\n behind: nop\n handler: pop bx\n pop cx\n pop dx\n done: ud2', { flags: VIF });
  const vector = Uint16Array.of(at(m, 'handler'), BASE >>> 4);
  m.pc.machine.memory.write(0x21 * 4, new Uint8Array(vector.buffer));
  m.runUntilTrap({ vector: UD });
  const { ebx, ecx, edx, eflags } = m.pc.cpu;
  expect(ebx & 0xffff).toBe(at(m, 'behind'));
  expect(ecx & 0xffff).toBe(0xffff);
  expect(edx & (IF | IOPL3)).toBe(IF | IOPL3);
  expect(eflags & VIF).toBe(0);
});

test('int n whose bit is 1 is the monitor’s: through the IDT at IOPL 3, #GP(0) below', async () => {
  const m = await bootVirtual('int 0x80\n behind: nop', { redirected: [0x80], flags: IOPL3 });
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: 0x80, eip: at(m, 'behind') });
  const below = await bootVirtual('here: int 0x80', { redirected: [0x80] });
  below.runUntilTrap();
  expect(below).toDeliverTrap({ vector: GP, errorCode: 0, eip: at(below, 'here') });
});

test('int3 is never redirected, and asks no IOPL', async () => {
  const m = await bootVirtual('int3\n behind: nop');
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: BP, eip: at(m, 'behind') });
});

test('with CR4.PVI cli and sti in ring 3 change VIF; without it they are #GP(0)', async () => {
  const code = ring3`
    start:  cli
            sti
    done:   ud2
  `;
  const inRing3 = async () => {
    const m = await boot(code);
    while (m.pc.cpu.cpl !== 3) m.run({ instructions: 1 });
    return m;
  };
  const m = await inRing3();
  m.pc.cpu.cr4 |= PVI;
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'done' });
  expect(m.pc.cpu.eflags & VIF).toBe(VIF);
  const without = await inRing3();
  without.runUntilTrap();
  expect(without).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'start' });
});

test('in ring 0 iret loads VIF and VIP as they are, and popf leaves them alone', async () => {
  const m = await boot(ring0`
    start:  push dword ${VIF | VIP | 2}
            push dword 0x08
            push dword next
            iretd
    next:   push dword 2
            popfd
    done:   ud2
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'done' });
  expect(m.pc.cpu.eflags & (VIF | VIP)).toBe(VIF | VIP);
});

test('iret to a virtual-8086 program beyond 64 KB is #GP(0), in ring 0, with nothing loaded', async () => {
  const m = await boot(ring0`
    start:  push dword 0
            push dword 0
            push dword 0
            push dword 0
            push dword 0
            push dword ${STACK}
            push dword ${VM | 2}
            push dword 0x800
            push dword 0x10000
    back:   iretd
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'back' });
});
