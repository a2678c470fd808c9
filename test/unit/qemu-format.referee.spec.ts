import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { formatAsQemu } from '../../emu/trace/qemu-format.ts';
import { TrapLog } from '../../emu/trace/trap-log.ts';
import { referee } from '../referees.ts';

/** Takes exceptions and software interrupts of every kind, in ring 0 and ring 3, then ends through isa-debug-exit. */
const SOURCE = `
        section .text
        align 4
        dd 0x1badb002, 0, -0x1badb002
_start:
        lgdt [gdtr]
        jmp 0x08:flat
flat:   mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, stack
        mov ecx, 0
gate:   mov eax, handler
        mov [idt + ecx * 8], ax
        mov word [idt + ecx * 8 + 2], 8
        mov word [idt + ecx * 8 + 4], 0xee00
        shr eax, 16
        mov [idt + ecx * 8 + 6], ax
        inc ecx
        cmp ecx, 256
        jb gate
        mov eax, coded
        mov [idt + 13 * 8], ax
        mov [idt + 14 * 8], ax
        lidt [idtr]
        mov eax, tss
        mov [tss_descriptor + 2], ax
        shr eax, 16
        mov [tss_descriptor + 4], al
        mov dword [tss + 4], stack
        mov word [tss + 8], 0x10
        mov word [tss + 102], 104
        mov ax, 0x28
        ltr ax

        mov eax, 0x12345678
        mov esi, after_int3
        int3
after_int3:
        mov esi, after_80
        int 0x80
after_80:
        mov esi, after_into
        mov al, 0x7f
        inc al
        into
after_into:
        mov esi, after_ud
        ud2
after_ud:
        mov esi, after_de
        xor edx, edx
        xor ecx, ecx
        div ecx
after_de:
        mov esi, after_gp
        mov ax, 0x1238
        mov fs, ax
after_gp:
        mov eax, directory
        mov dword [directory], table + 7
        mov cr3, eax
        mov eax, 7
        mov ecx, 0
page:   mov [table + ecx * 4], eax
        add eax, 4096
        inc ecx
        cmp ecx, 1024
        jb page
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        mov esi, after_pf
        mov [0xdeadbee8], eax
after_pf:
        push dword 0x23
        push dword user_stack
        push dword 2
        push dword 0x1b
        push dword user
        iretd
user:   mov ax, 0x23
        mov ds, ax
        mov esi, after_cli
        cli
after_cli:
        mov esi, end
        int 0x30
end:    hlt

coded:  add esp, 4
handler:
        mov [esp], esi
        cmp esi, end
        je leave_now
        iretd
leave_now:
        mov al, 1
        out 0xf4, al
        hlt

        section .data
        align 8
gdt:    dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff
tss_descriptor:
        dq 0x0000890000000067
gdtr:   dw $ - gdt - 1
        dd gdt
idtr:   dw 2047
        dd idt
        section .bss
        alignb 4096
directory: resb 4096
table:  resb 4096
idt:    resb 2048
tss:    resb 104
        resb 1024
stack:  resb 1024
user_stack:
`;

test('the trap log of one image reads as QEMU’s -d int, line by line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-qemu-'));
  try {
    const assembly = assemble(SOURCE, { format: 'multiboot' });
    expect(assembly.diagnostics).toEqual([]);
    const [kernel, log] = [join(folder, 'kernel.elf'), join(folder, 'int.log')];
    writeFileSync(kernel, assembly.bytes);
    const devices = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04', '-display', 'none', '-no-reboot'];
    const options = { timeout: 30_000 };
    const qemu = spawnSync(
      referee('qemu-system-i386'),
      ['-kernel', kernel, ...devices, '-d', 'int', '-D', log],
      options,
    );
    expect(qemu.status).toBe(3);
    const theirs = readFileSync(log, 'latin1')
      .split('\n')
      .filter((line) => / v=/.test(line));

    const pc = new Pc();
    pc.boot({ file: new ImageFile(kernel, assembly.bytes) });
    const traps = new TrapLog(pc.machine, Infinity);
    expect(pc.machine.run({ instructions: 1_000_000 })).toEqual({ kind: 'exit', status: 3 });
    expect(traps.entries.map((entry) => formatAsQemu(entry))).toEqual(theirs);
    expect(theirs).toHaveLength(9);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
