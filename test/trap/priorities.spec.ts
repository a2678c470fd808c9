/** NMI, and who goes first: SDM 3A, 6.7 and table 6-2. */
import { expect, test } from 'vitest';
import { boot, DB, GP, NMI, PF, type Program, ring0, type TestMachine, UD } from '../../emu/testing/index.ts';

/** Boots, and runs to just before the instruction at a label. */
async function bootTo(label: string, program: Program): Promise<TestMachine> {
  const m = await boot(program);
  const { cpu } = m.pc;
  for (let n = 0; cpu.eip !== m.addressOf(label); n++) {
    if (n > 100_000) throw new Error(`never came to ${label}`);
    m.run({ instructions: 1 });
  }
  return m;
}
const vectors = (m: TestMachine) => m.traps.map(({ vector }) => vector);

test('an NMI is taken between two instructions, whatever IF says', async () => {
  const m = await bootTo(
    'here',
    ring0`
    start:  cli
    here:   nop
  `,
  );
  m.pc.cpu.raiseNmi();
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: NMI, cause: 'nmi', errorCode: null, eip: 'here' });
});

test('until iret no other NMI comes; one of those that do is remembered', async () => {
  const m = await bootTo(
    'here',
    ring0`
    start:  on 2, handler
    here:   nop
            nop
    done:   ud2
    handler: inc ebx
            nop
            iretd
  `,
  );
  m.pc.cpu.ebx = 0;
  m.pc.cpu.raiseNmi();
  m.run({ instructions: 2 });
  m.pc.cpu.raiseNmi();
  m.pc.cpu.raiseNmi();
  m.run({ instructions: 2 });
  expect(m.pc.cpu.ebx).toBe(1);
  m.runUntilTrap({ vector: UD });
  expect(m.pc.cpu.ebx).toBe(2);
  expect(vectors(m)).toEqual([NMI, NMI, UD]);
});

test('an iret that faults lets the next NMI in as well', async () => {
  const m = await bootTo(
    'here',
    ring0`
    start:  on 2, handler
    here:   nop
    handler: push dword 2
            push dword 0x0ff8
            push dword here
    bad:    iretd
  `,
  );
  m.pc.cpu.raiseNmi();
  m.runUntilTrap();
  m.pc.cpu.raiseNmi();
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0xff8, eip: 'bad' });
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: NMI });
});

test('an NMI goes before an interrupt', async () => {
  const m = await bootTo(
    'here',
    ring0`
    start:  sti
            nop
    here:   nop
  `,
  );
  m.pc.cpu.setIntr(true);
  m.pc.cpu.raiseNmi();
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: NMI, eip: 'here' });
});

test('no NMI comes between a load of SS and the instruction after it', async () => {
  const m = await bootTo(
    'load',
    ring0`
    start:  mov ax, ss
    load:   mov ss, ax
            mov esp, 0x200000
    here:   nop
  `,
  );
  m.run({ instructions: 1 });
  m.pc.cpu.raiseNmi();
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: NMI, eip: 'here' });
});

test('an NMI ends hlt', async () => {
  const m = await bootTo(
    'halt',
    ring0`
    start:  cli
    halt:   hlt
    here:   nop
  `,
  );
  m.run({ instructions: 5 });
  expect(m.pc.cpu.isHalted).toBe(true);
  m.pc.cpu.raiseNmi();
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: NMI, eip: 'here' });
  expect(m.pc.cpu.isHalted).toBe(false);
});

test('single step and data breakpoint of one instruction are one exception', async () => {
  const m = await boot(ring0`
    start:  mov eax, 0x200000
            mov dr0, eax
            mov eax, 0xd0401
            mov dr7, eax
            push dword 0x102
            popfd
            mov [0x200000], eax
    here:   nop
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, eip: 'here' });
  expect(m.pc.cpu.debugRegister(6) & 0xe00f).toBe(0x4001);
});

test('an NMI goes before the code breakpoint of the next instruction', async () => {
  const m = await bootTo(
    'here',
    ring0`
    start:  on 2, handler
            mov eax, here
            mov dr0, eax
            mov eax, 0x401
            mov dr7, eax
    here:   nop
    handler: iretd
  `,
  );
  m.pc.cpu.raiseNmi();
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: NMI, eip: 'here' });
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, cause: 'fault', eip: 'here' });
});

/** Jumps to the end of a page whose next one is missing. */
const acrossPages = (tail: string, before = '') => ring0`
    start:  mov ecx, 4096
    fill:   lea edx, [ecx - 1]
            shl edx, 12
            or edx, 7
            mov [0x304000 + ecx * 4 - 4], edx
            loop fill
            mov dword [0x304000 + 0x401 * 4], 0
            mov ecx, 4
    tables: lea edx, [ecx - 1]
            shl edx, 12
            add edx, 0x304007
            mov [0x303000 + ecx * 4 - 4], edx
            loop tables
            ${tail}
            mov edx, 0x303000
            mov cr3, edx
            mov edx, cr0
            or edx, 0x80000000
            mov cr0, edx
            ${before}
            mov eax, 0x400fff
            jmp eax
`;

test('a fault of fetching goes before what decoding finds', async () => {
  // 0F at the end of the page: the second byte decides, and cannot be had.
  const m = await boot(acrossPages('mov byte [0x400fff], 0x0f'));
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: PF, eip: 0x400fff, cr2: 0x401000 });
});

test('a code breakpoint goes before a fault of fetching', async () => {
  const m = await boot(
    acrossPages('mov byte [0x400fff], 0x0f', 'mov eax, 0x400fff\n mov dr0, eax\n mov eax, 0x401\n mov dr7, eax'),
  );
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DB, cause: 'fault', eip: 0x400fff });
});
