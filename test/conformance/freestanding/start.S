/* Where a multiboot loader enters, and the interrupt entries of kernel.c. */
        .set MAGIC, 0x1badb002
        .set FLAGS, 0x00000003
        .set CR0_MP, 0x02
        .set CR0_EM_TS, 0x0c
        .set CR0_NE, 0x20
        .set CR4_OSFXSR_OSXMMEXCPT, 0x600

        .section .multiboot, "a"
        .align 4
        .long MAGIC, FLAGS, -(MAGIC + FLAGS)

        .text
        .globl _start
_start:
        mov     $stack_top, %esp
        mov     %cr0, %ecx
        and     $~CR0_EM_TS, %ecx
        or      $(CR0_MP | CR0_NE), %ecx
        mov     %ecx, %cr0
        mov     %cr4, %ecx
        or      $CR4_OSFXSR_OSXMMEXCPT, %ecx
        mov     %ecx, %cr4
        fninit
        sub     $8, %esp                /* the stack is aligned to 16 bytes at a call */
        push    %ebx
        push    %eax
        call    kernel_main
1:      hlt
        jmp     1b

        .macro  entry vector, code
        .globl  entry_\vector
entry_\vector:
        .ifeq   \code
        push    $0
        .endif
        push    $\vector
        jmp     common
        .endm

        entry   0, 0
        entry   3, 0
        entry   6, 0
        entry   13, 1
        entry   14, 1
        entry   16, 0
        entry   32, 0
        entry   128, 0

common:
        pusha
        push    %esp
        cld
        call    interrupt
        add     $4, %esp
        popa
        add     $8, %esp
        iret

        .bss
        .align  16
        .skip   16384
stack_top:
        .section .note.GNU-stack, "", @progbits
