; file.asm: small files whole, and the names in a folder.
;
;   read_file(path, buffer, size)   the length, cut to size - 1, with a NUL behind it; or an error
;   is_number(text)                 1 if it is nothing but digits
;   list_folder(path)               into `names`, sorted: how many; or an error
;
; Sorted is by letters, but numbers by their value.

MAX_NAMES       equ 256
NAMES_SIZE      equ 8192
DIRENTS_SIZE    equ 1024

struc dirent                            ; as getdents gives it
.d_ino:         resd 1
.d_off:         resd 1
.d_reclen:      resw 1
.d_name:        resb 0
endstruc

        section .bss
        alignb  4
names:          resd MAX_NAMES
names_text:     resb NAMES_SIZE
dirents:        resb DIRENTS_SIZE

        section .text

; int read_file(const char *path, char *buffer, u32 size)
proc read_file, .path, .buffer, .size
        push    ebx
        push    esi
        push    edi
        syscall SYS_OPEN, [ebp + .path], O_RDONLY
        mov     ebx, eax
        test    eax, eax
        js      .done
        xor     esi, esi
.next:
        mov     edi, [ebp + .size]
        dec     edi
        sub     edi, esi
        jz      .end
        mov     ecx, [ebp + .buffer]
        add     ecx, esi
        syscall SYS_READ, ebx, ecx, edi
        test    eax, eax
        js      .failed
        jz      .end
        add     esi, eax
        jmp     .next
.failed:
        mov     esi, eax
        jmp     .close
.end:
        mov     ecx, [ebp + .buffer]
        mov     byte [ecx + esi], 0
.close:
        syscall SYS_CLOSE, ebx
        mov     eax, esi
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int is_number(const char *text)
proc is_number, .text
        mov     ecx, [ebp + .text]
.next:
        movzx   eax, byte [ecx]
        inc     ecx
        sub     eax, '0'
        cmp     eax, 9
        jbe     .next
        cmp     eax, -'0'               ; the NUL, but not the first
        jne     .no
        mov     eax, ecx
        sub     eax, [ebp + .text]
        dec     eax
        jz      .no
        mov     eax, 1
        return
.no:
        xor     eax, eax
endproc

; int list_folder(const char *path)
proc list_folder, .path
.fd             equ -4
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        syscall SYS_OPEN, [ebp + .path], O_RDONLY | O_DIRECTORY
        mov     [ebp + .fd], eax
        test    eax, eax
        js      .done
        xor     ebx, ebx                ; names
        mov     edi, names_text
.more:
        syscall SYS_GETDENTS, [ebp + .fd], dirents, DIRENTS_SIZE
        test    eax, eax
        jle     .end
        mov     esi, dirents
        add     eax, esi
.next:
        cmp     esi, eax
        jae     .more
        cmp     ebx, MAX_NAMES
        jae     .end
        cmp     edi, names_text + NAMES_SIZE - 64
        jae     .end
        push    eax
        lea     eax, [esi + dirent.d_name]
        mov     [names + ebx * 4], edi
        inc     ebx
        push    eax
        ccall   strlcpy, edi, eax, 64
        pop     eax
        ccall   strlen, eax
        lea     edi, [edi + eax + 1]
        movzx   eax, word [esi + dirent.d_reclen]
        add     esi, eax
        pop     eax
        jmp     .next
.end:
        push    eax
        syscall SYS_CLOSE, [ebp + .fd]
        pop     eax
        test    eax, eax
        js      .done
        ccall   sort_names, ebx
        mov     eax, ebx
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void sort_names(int count)            by insertion: there are few, and most are in order
proc sort_names, .count
        push    ebx
        push    esi
        mov     esi, 1
.next:
        cmp     esi, [ebp + .count]
        jge     .done
        mov     ebx, esi
.down:
        ccall   compare_names, [names + ebx * 4 - 4], [names + ebx * 4]
        test    eax, eax
        jle     .placed
        mov     eax, [names + ebx * 4 - 4]
        xchg    eax, [names + ebx * 4]
        mov     [names + ebx * 4 - 4], eax
        dec     ebx
        jnz     .down
.placed:
        inc     esi
        jmp     .next
.done:
        pop     esi
        pop     ebx
endproc

; int compare_names(const char *a, const char *b)
proc compare_names, .a, .b
        push    ebx
        ccall   is_number, [ebp + .a]
        mov     ebx, eax
        ccall   is_number, [ebp + .b]
        test    eax, ebx
        jz      .letters
        ccall   parse_decimal, [ebp + .a]
        mov     ebx, eax
        ccall   parse_decimal, [ebp + .b]
        sub     ebx, eax
        mov     eax, ebx
        jmp     .done
.letters:
        ccall   strcmp, [ebp + .a], [ebp + .b]
.done:
        pop     ebx
endproc
