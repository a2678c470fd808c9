/** Real mode: SDM 3B, 20.1; from the reset vector: SDM 3A, 9.1.4. */
import { expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { Cpu, RunExit } from '../../emu/machine/cpu.ts';
import { boot, DE, GP, real, type TestMachine, UD } from '../../emu/testing/index.ts';

const MB = 1 << 20;
const ROM = 64 << 10;

/** 64 KB of ROM that ends at 1 MB and at 4 GB, with the reset vector in its last 16 bytes. */
function romOf(source: string): Uint8Array {
  const assembly = assemble(
    `${source}\n times 0xfff0 - ($ - $$) db 0xff\n jmp 0xf000:start\n times 16 - ($ - $$ - 0xfff0) db 0`,
    {
      file: 'rom.asm',
      format: 'bin',
      bits: 16,
      origin: 0,
    },
  );
  if (!assembly.ok) throw new Error(JSON.stringify(assembly.diagnostics));
  return assembly.bytes;
}

test('after a reset the first instruction is 16 bytes below 4 GB; a far jump goes below 1 MB', () => {
  const said: number[] = [];
  const cpu = Cpu.create(
    {
      portRead: () => 0xff,
      portWrite: (_, value) => said.push(value),
      mmioRead: () => 0xff,
      mmioWrite: () => {},
      acknowledge: () => 0xff,
    },
    MB,
  );
  cpu.ram.set(
    romOf(`
    start:  xor bx, bx
            mov ds, bx
            mov ss, bx
            mov sp, 0x7c00
            mov word [0x10 * 4], say
            mov word [0x10 * 4 + 2], cs
            mov word [0], divided
            mov word [2], cs
            mov al, 'A'
            int 0x10
            xor cx, cx
    fault:  div cx
            hlt
    say:    out 0xe9, al
            iret
    divided: pop ax                     ; SDM 3B, 20.3.3: a fault's EIP is its own here too
            cmp ax, fault
            jne wrong
            mov al, 'B'
            out 0xe9, al
    wrong:  cli
            hlt
  `),
    MB - ROM,
  );
  cpu.mapRom(MB - ROM, ROM, MB - ROM);
  cpu.mapRom(2 ** 32 - ROM, ROM, MB - ROM);
  expect(cpu.edx >>> 8).toBe(6);
  expect(cpu.run(1000)).toBe(RunExit.Halted);
  expect(String.fromCharCode(...said)).toBe('AB');
  expect(cpu.segment('cs').base).toBe(0xf0000);
});

test('an interrupt pushes FLAGS, CS and IP and goes through the table at 0', async () => {
  const m = await boot(real`
    start:  xor cx, cx
    here:   div cx
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DE, eip: 'here', cs: 0 });
  expect(m.pc.cpu.esp).toBe(0x7000 - 6);
});

test('an offset beyond 64 KB is #GP, by vector 13 and without an error code', async () => {
  const m = await boot(real`
    start:  mov eax, 0x10000
    here:   mov bl, [eax]
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, eip: 'here' });
  expect(m.pc.cpu.esp).toBe(0x7000 - 6);
});

test('a limit loaded in protected mode stays: "big real mode"', async () => {
  const m = await boot(real`
    start:  lgdt [gdtr]
            mov eax, cr0
            or al, 1
            mov cr0, eax
            mov bx, 8
            mov ds, bx
            and al, 0xfe
            mov cr0, eax
            xor bx, bx
            mov ds, bx
            mov eax, 0x200000
            mov dword [eax], 0x12345678
    done:   ud2
            align 8
    gdt:    dq 0
            dq 0x00cf93000000ffff
    gdtr:   dw 15
            dd gdt
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'done' });
  expect([...m.pc.machine.memory.read(0x200000, 4)]).toEqual([0x78, 0x56, 0x34, 0x12]);
});

test('code segments can be written in real mode, whatever they were before', async () => {
  const m = await boot(real`
    start:  mov word [cs:word_here], 0x1234
    done:   ud2
    word_here: dw 0
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'done' });
});

/** Reads the word at FFFF:0510h: address 100500h, or 500h when line 20 is held low. */
const above = (prepare: string) => real`
    start:  mov word [0x500], 0x1111
            mov ax, 0xffff
            mov es, ax
            mov word [es:0x510], 0x2222
            ${prepare}
            mov bx, [es:0x510]
    done:   ud2
`;
const readAbove = async (prepare: string) => {
  const m: TestMachine = await boot(above(prepare));
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'done' });
  return m.pc.cpu.ebx & 0xffff;
};

test('with the A20 gate closed, the megabyte wraps', async () => {
  const close = 'mov al, 0xd1\n out 0x64, al\n mov al, 0xdd\n out 0x60, al';
  const openFast = 'mov al, 2\n out 0x92, al';
  expect(await readAbove('nop')).toBe(0x2222);
  expect(await readAbove(close)).toBe(0x1111);
  expect(await readAbove(`${close}\n ${openFast}`)).toBe(0x2222);
});
