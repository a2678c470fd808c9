/** Pieces of programs that several specs need: a second task, a program in virtual-8086 mode. */
import { SPARE } from '../../emu/testing/index.ts';

const VM = 0x2_0000;
/** A second TSS at SPARE, whose task begins at `other` in ring 0. */
const OTHER = `
        mov     eax, other_tss
        mov     dword [world_gdt + ${SPARE}], 103
        mov     [world_gdt + ${SPARE} + 2], ax
        shr     eax, 16
        mov     [world_gdt + ${SPARE} + 4], al
        mov     byte [world_gdt + ${SPARE} + 5], 0x89
        mov     dword [other_tss + 0x20], other
        mov     dword [other_tss + 0x24], 2
        mov     dword [other_tss + 0x38], other_stack
        mov     dword [other_tss + 0x48], 0x10
        mov     dword [other_tss + 0x4c], 0x08
        mov     dword [other_tss + 0x50], 0x10
        mov     dword [other_tss + 0x54], 0x10
        mov     dword [other_tss + 0x58], 0x10
        mov     dword [other_tss + 0x5c], 0x10
        mov     dword [other_tss + 0x34], 0x1234
        mov     word [other_tss + 102], 104
        section .bss
        alignb  16
other_tss: resb 104
        resb    1024
other_stack:
        section .text
`;
/** Puts it there, and goes on. */
export const otherTask = (code: string): string => `jmp over\n other: ${code}\n over:\n${OTHER}`;

/** Into virtual-8086 mode with this IOPL; the code is copied to f000:0000. `flags`: more of EFLAGS. */
export const enterVirtual8086 = (iopl: number, code: string, flags = 0): string => `
        push    dword 0                 ; GS FS DS ES
        push    dword 0
        push    dword 0
        push    dword 0
        push    dword 0x3000            ; SS:ESP
        push    dword 0x800
        push    dword ${VM | (iopl << 12) | flags | 2}
        push    dword 0xf000
        mov     esi, v86
        mov     edi, 0xf0000
        mov     ecx, 64
        rep     movsb
        push    dword 0
        iretd
        bits    16
v86:    ${code}
        bits    32
`;
