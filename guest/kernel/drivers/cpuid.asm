; cpuid.asm: what the processor says of itself, as a file: /dev/cpu/0/cpuid.
;
;   cpuid_devices()               boot, as a task
;
; A read of 16 bytes at position n gives eax, ebx, ecx and edx of leaf n, and moves on to the next leaf
; (Linux's cpuid(4)). Processors without the instruction have no such file.

CPUID_MAJOR     equ 203                 ; Linux's number
CPUID_BYTES     equ 16

        file_operations_table cpuid_operations, cpuid_read, 0, 0, 0, 0

        section .text

; void cpuid_devices(void)
proc cpuid_devices
        call    has_cpuid
        test    eax, eax
        jz      .done
        ccall   register_chrdev, CPUID_MAJOR, cpuid_name, cpuid_operations
        ccall   mkdir, [dev_folder], cpuid_folder
        ccall   mkdir, eax, cpuid_cpu
        ccall   create_inode, eax, cpuid_file, S_IFCHR | S_IRUGO
        test    eax, eax
        jz      .done
        mov     dword [eax + inode.i_rdev], MKDEV(CPUID_MAJOR, 0)
        mov     dword [eax + inode.i_fop], chrdev_operations
.done:
endproc

; int has_cpuid(void)                   a processor that lets EFLAGS.ID be changed has it (SDM 3.4.3.3)
proc has_cpuid
        pushfd
        pop     eax
        mov     ecx, eax
        xor     eax, X86_EFLAGS_ID
        push    eax
        popfd
        pushfd
        pop     eax
        push    ecx
        popfd
        xor     eax, ecx
        and     eax, X86_EFLAGS_ID
endproc

; ssize_t cpuid_read(struct file *, char *buffer, u32 count, loff_t *place)
proc cpuid_read, .file, .buffer, .count, .place
.registers      equ -CPUID_BYTES
        sub     esp, CPUID_BYTES
        push    ebx
        push    esi
        push    edi
        xor     edi, edi
        mov     eax, -EINVAL
        test    dword [ebp + .count], CPUID_BYTES - 1
        jnz     .done
        mov     esi, [ebp + .place]
.next:
        cmp     edi, [ebp + .count]
        jae     .all
        mov     eax, [esi]
        mov     ecx, [esi + 4]          ; the sub-leaf, as Linux takes it
        cpuid
        mov     [ebp + .registers], eax
        mov     [ebp + .registers + 4], ebx
        mov     [ebp + .registers + 8], ecx
        mov     [ebp + .registers + 12], edx
        lea     eax, [ebp + .registers]
        mov     ecx, [ebp + .buffer]
        add     ecx, edi
        ccall   copy_to_user, ecx, eax, CPUID_BYTES
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        inc     dword [esi]
        add     edi, CPUID_BYTES
        jmp     .next
.all:
        mov     eax, edi
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .rodata
cpuid_name:     db "cpu/cpuid", 0
cpuid_folder:   db "cpu", 0
cpuid_cpu:      db "0", 0
cpuid_file:     db "cpuid", 0
        section .text
