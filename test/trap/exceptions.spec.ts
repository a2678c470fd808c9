import { expect, test } from 'vitest';
import {
  BP,
  boot,
  DE,
  DF,
  GP,
  KERNEL_CODE,
  NP,
  OF,
  PF,
  ring0,
  ring3,
  SS,
  UD,
  USER_CODE,
} from '../../emu/testing/index.ts';

test('dividing by zero is #DE, a fault: EIP is the division', async () => {
  const m = await boot(ring0`
    start:  xor ecx, ecx
    here:   div ecx
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DE, errorCode: null, cause: 'fault', eip: 'here', cs: KERNEL_CODE, cpl: 0 });
});

test('a quotient that does not fit is #DE too', async () => {
  const m = await boot(ring0`
    start:  mov edx, 2
            mov ecx, 2
    here:   div ecx
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DE, eip: 'here' });
});

test('int3 is a trap: EIP is behind it', async () => {
  const m = await boot(ring0`
    start:  int3
    behind: hlt
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: BP, errorCode: null, eip: 'behind' });
});

test('into is #OF when OF is set, and nothing when it is not', async () => {
  const m = await boot(ring0`
    start:  xor eax, eax
            into
            mov al, 0x7f
            inc al
            into
    behind: hlt
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: OF, eip: 'behind' });
});

test('ud2 is #UD', async () => {
  const m = await boot(ring0`start: ud2`);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, errorCode: null, eip: 'start' });
});

test('loading DS with a selector beyond the GDT limit is #GP with that selector', async () => {
  const m = await boot(ring0`
    start:  mov ax, 0x0ff8
    here:   mov ds, ax
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0x0ff8, eip: 'here', cpl: 0 });
});

test('loading SS with a null selector is #GP(0)', async () => {
  const m = await boot(ring0`
    start:  xor eax, eax
    here:   mov ss, ax
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'here' });
});

test('loading DS with a segment that is not present is #NP, SS with one is #SS', async () => {
  const program = (register: string) => ring0`
    start:  mov byte [world_gdt + 0x10 + 5], 0x13
            mov ax, 0x10
    here:   mov ${register}, ax
  `;
  const ds = await boot(program('ds'));
  ds.runUntilTrap();
  expect(ds).toDeliverTrap({ vector: NP, errorCode: 0x10, eip: 'here' });
  const ss = await boot(program('ss'));
  ss.runUntilTrap();
  expect(ss).toDeliverTrap({ vector: SS, errorCode: 0x10, eip: 'here' });
});

test('an access to a page that is not present is #PF with the address in CR2', async () => {
  const m = await boot(ring0`
    start:  mov eax, directory
            mov dword [directory], table + 3
            xor ecx, ecx
    fill:   mov edx, ecx
            shl edx, 12
            or edx, 3
            mov [table + ecx * 4], edx
            inc ecx
            cmp ecx, 1024
            jb fill
            mov cr3, eax
            mov eax, cr0
            or eax, 0x80000000
            mov cr0, eax
    here:   mov [0xdeadbee8], eax
            section .bss
            alignb 4096
    directory: resb 4096
    table:  resb 4096
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: PF, errorCode: 2, cr2: 0xdeadbee8, eip: 'here', cpl: 0 });
});

test('cli in ring 3 is #GP(0)', async () => {
  const m = await boot(ring3`start: cli`);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'start', cs: USER_CODE, cpl: 3 });
});

test('a port in ring 3 is #GP(0) without I/O bitmap', async () => {
  const m = await boot(ring3`start: in al, 0x60`);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'start', cpl: 3 });
});

test('int n from ring 3 through a gate of DPL 0 is #GP with vector * 8 + 2', async () => {
  const m = await boot(ring3`start: int 0x30`);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0x30 * 8 + 2, eip: 'start', cause: 'fault', cpl: 3 });
});

test('int 0x80 from ring 3 through a gate of DPL 3 is delivered', async () => {
  const m = await boot(ring3`
    start:  int 0x80
    behind: jmp start
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: 0x80, errorCode: null, cause: 'software', eip: 'behind', cpl: 3 });
});

test('a fault whose gate is not present becomes a double fault', async () => {
  const m = await boot(ring0`
    start:  mov byte [world_idt + 0 * 8 + 5], 0x0e
            mov byte [world_idt + 11 * 8 + 5], 0x0e
            xor ecx, ecx
    here:   div ecx
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: DF, errorCode: 0, eip: 'here' });
});

test('a double fault that cannot be delivered shuts the processor down', async () => {
  const m = await boot(ring0`
    start:  lidt [nothing]
            int3
            section .data
    nothing: dw 0
            dd 0
  `);
  expect(m.run()).toMatchObject({ kind: 'shutdown' });
});

test('a handler returns to where it interrupted, with everything as it was', async () => {
  const m = await boot(ring0`
    start:  on 6, handler
            mov ebx, 1
    here:   ud2
            mov ebx, 3
            int3
    handler:
            add dword [esp], 2
            inc ebx
            iretd
  `);
  m.runUntilTrap({ vector: UD });
  m.runUntilTrap({ vector: BP });
  expect(m.pc.cpu.ebx).toBe(3);
  expect(m.traps.map((trap) => trap.vector)).toEqual([UD, BP]);
});
