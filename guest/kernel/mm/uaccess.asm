; uaccess.asm: memory that may not be there: a program's, or what a wild pointer points to.
;
;   copy_from_user(to, from, n)   tasks                bytes NOT copied: 0 is success
;   copy_to_user(to, from, n)     tasks                the same
;   strncpy_from_user(to, from, size)   tasks          a string's length, -EFAULT, or -ENAMETOOLONG
;   get_byte_nofault(address)     any context          the byte, or -EFAULT
;   fixup_exception(regs)         traps.asm, fault.asm 1 if the fault was one of ours
;
; The few instructions here that touch such memory are listed in ex_table, each with the place to go
; on at when it faults. A fault anywhere else in the kernel is a bug.

        section .rodata
        align   4
ex_table:                               ; may fault there, goes on here
        dd      copy_user.copy, copy_user.fixup
        dd      strncpy_from_user.read, strncpy_from_user.fixup
        dd      get_byte_nofault.read, get_byte_nofault.fixup
ex_table_end:

        section .text

; int fixup_exception(struct pt_regs *regs)
proc fixup_exception, .regs
        mov     edx, [ebp + .regs]
        mov     eax, [edx + pt_regs.eip]
        mov     ecx, ex_table
.next:
        cmp     eax, [ecx]
        je      .found
        add     ecx, 8
        cmp     ecx, ex_table_end
        jb      .next
        xor     eax, eax
        return
.found:
        mov     eax, [ecx + 4]
        mov     [edx + pt_regs.eip], eax
        mov     eax, 1
endproc

; int access_ok(u32 address, u32 length)        is all of it in ring 3's part?
proc access_ok, .address, .length
        mov     ecx, [ebp + .address]
        cmp     ecx, TASK_BASE
        jb      .no
        add     ecx, [ebp + .length]
        jc      .no
        cmp     ecx, TASK_TOP
        ja      .no
        mov     eax, 1
        return
.no:
        xor     eax, eax
endproc
EXPORT_SYMBOL access_ok

; u32 copy_from_user(void *to, const void *from, u32 length)
proc copy_from_user, .to, .from, .length
        might_sleep                     ; a page may have to be fetched: Linux's might_fault
        ccall   access_ok, [ebp + .from], [ebp + .length]
        test    eax, eax
        jz      .refused
        ccall   copy_user, [ebp + .to], [ebp + .from], [ebp + .length]
        return
.refused:
        mov     eax, [ebp + .length]
endproc
EXPORT_SYMBOL copy_from_user

; u32 copy_to_user(void *to, const void *from, u32 length)
proc copy_to_user, .to, .from, .length
        might_sleep
        ccall   access_ok, [ebp + .to], [ebp + .length]
        test    eax, eax
        jz      .refused
        ccall   copy_user, [ebp + .to], [ebp + .from], [ebp + .length]
        return
.refused:
        mov     eax, [ebp + .length]
endproc
EXPORT_SYMBOL copy_to_user

; u32 copy_user(void *to, const void *from, u32 length)         bytes not copied
; A fault leaves in ecx what rep had still to do.
proc copy_user, .to, .from, .length
        push    esi
        push    edi
        mov     edi, [ebp + .to]
        mov     esi, [ebp + .from]
        mov     ecx, [ebp + .length]
.copy:
        rep movsb
.fixup:
        mov     eax, ecx
        pop     edi
        pop     esi
endproc

; int strncpy_from_user(char *to, const char *from, u32 size)
; With its NUL; the length does not count that.
proc strncpy_from_user, .to, .from, .size
        push    ebx
        might_sleep
        xor     ebx, ebx
        mov     edx, [ebp + .to]
        mov     ecx, [ebp + .from]
.next:
        cmp     ebx, [ebp + .size]
        jae     .too_long
        lea     eax, [ecx + ebx]
        sub     eax, TASK_BASE
        cmp     eax, TASK_TOP - TASK_BASE
        jae     .fixup
.read:
        mov     al, [ecx + ebx]
        mov     [edx + ebx], al
        test    al, al
        jz      .end
        inc     ebx
        jmp     .next
.end:
        mov     eax, ebx
        jmp     .done
.too_long:
        mov     eax, -ENAMETOOLONG
        jmp     .done
.fixup:
        mov     eax, -EFAULT
.done:
        pop     ebx
endproc

; int get_byte_nofault(const u8 *address)
proc get_byte_nofault, .address
        mov     ecx, [ebp + .address]
        xor     eax, eax
.read:
        mov     al, [ecx]
        return
.fixup:
        mov     eax, -EFAULT
endproc
