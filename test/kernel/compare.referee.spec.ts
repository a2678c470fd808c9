/** `trapgate compare` with the referees themselves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GUEST_FOLDER } from './guest.ts';

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;

/** Takes traps in ring 0, says a line, and gives the CPU's maker away in the last trap's vector. */
const SOURCE = (last: string) => `
        section .text
        align 4
        dd 0x1badb002, 0, -0x1badb002
        global _start
_start:
        mov edi, ebx
        lgdt [gdtr]
        jmp 0x08:flat
flat:   mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, stack
        xor ecx, ecx
gate:   mov eax, handler
        mov [idt + ecx * 8], ax
        mov dword [idt + ecx * 8 + 2], 0x8e000008
        shr eax, 16
        mov [idt + ecx * 8 + 6], ax
        inc ecx
        cmp ecx, 256
        jb gate
        lidt [idtr]
        mov ebp, next1
        int3
next1:  mov ebp, next2
        ud2
next2:  mov ebp, next3
        int 0x80
next3:  mov ebp, next4
        xor edx, edx
        div edx
next4:
        ${last}
        mov dx, 0x3fb
        mov al, 3
        out dx, al
        mov esi, text
say:    mov dx, 0x3fd
wait:   in al, dx
        test al, 0x20
        jz wait
        lodsb
        test al, al
        jz end
        mov dx, 0x3f8
        out dx, al
        jmp say
end:    cli
        hlt
handler:
        mov esp, stack
        jmp ebp
        align 8
gdt:    dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:   dw 23
        dd gdt
idtr:   dw 2047
        dd idt
text:   db "hello", 10, "world", 10, 0
        section .bss
        alignb 16
idt:    resb 2048
        resb 1024
stack:
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-compare-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function image(name: string, last = ''): string {
  const [source, object, elf] = ['asm', 'o', 'elf'].map((kind) => join(folder, `${name}.${kind}`)) as [
    string,
    string,
    string,
  ];
  writeFileSync(source, SOURCE(last));
  execFileSync('node', [PROGRAM, 'asm', '-f', 'elf32', '-o', object, source]);
  execFileSync('node', [PROGRAM, 'link', '-f', 'multiboot', '-o', elf, object]);
  return elf;
}

function compare(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('node', [PROGRAM, 'compare', ...args], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

test.each(['qemu', 'bochs'])('an image that does the same on %s', (referee) => {
  expect(compare('--with', referee, image('same'))).toEqual({
    status: 0,
    said: `nothing differs: 4 traps and 3 lines are the same on trapgate and ${referee}, as far as both have come\n`,
  });
});

test.each(['qemu', 'bochs'])('the first trap that differs on %s is shown', (referee) => {
  // CPUID's maker: ours says GenuineIntel; QEMU's qemu32 and Bochs differ in the signature.
  const last =
    'xor eax, eax\n inc eax\n cpuid\n mov ebp, after\n cmp eax, 0x6d8\n je ours\n int 0x41\nours: int 0x40\nafter:';
  const { status, said } = compare('--with', referee, image('differs', last));
  expect(status).toBe(1);
  expect(said).toContain('the first trap that differs is number 5:\n  trapgate  vector 0x40');
  expect(said).toMatch(new RegExp(`^ {2}${referee} +vector 0x41`, 'm'));
});

test('the kernel’s shell under QEMU, typed at over the serial line', () => {
  const typed = ['--input', 'trap gp\\ntrap pf\\nhello\\nint3\\npoweroff\\n'];
  const kernel = [join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
  const { status, said } = compare('--with', 'qemu', '--console-only', ...typed, ...kernel);
  expect(said).toMatch(/^nothing differs: \d+ lines are the same on trapgate and qemu\n$/);
  expect(status).toBe(0);
});
