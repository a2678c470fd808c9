; stdio.asm: printing, and reading line by line.
;
;   printf(format, ...)   what `print` and `println` call: to standard output
;   dprintf(fd, format, ...)
;   write_all(fd, text, length)   0, or an error; a pipe may take it piece by piece
;   read_line(reader, buffer, size)   the line's length with its newline; 0: end; or an error
;
; A reader is a buffer before a descriptor: set reader.fd, and the rest to 0.

PRINT_SIZE      equ 1024
READER_SIZE     equ 1024

struc reader
.fd:            resd 1
.next:          resd 1                  ; the next byte to hand out ...
.count:         resd 1                  ; ... of so many
.bytes:         resb READER_SIZE
endstruc

        section .text

; void printf(const char *format, ...)
proc printf, .format
        lea     eax, [ebp + .format + 4]
        ccall   vdprintf, STDOUT, [ebp + .format], eax
endproc

; void dprintf(int fd, const char *format, ...)
proc dprintf, .fd, .format
        lea     eax, [ebp + .format + 4]
        ccall   vdprintf, [ebp + .fd], [ebp + .format], eax
endproc

; void vdprintf(int fd, const char *format, const u32 *args)
proc vdprintf, .fd, .format, .args
        sub     esp, PRINT_SIZE
        mov     edx, esp
        push    edx
        ccall   vsnprintf, edx, PRINT_SIZE, [ebp + .format], [ebp + .args]
        pop     edx
        ccall   write_all, [ebp + .fd], edx, eax
endproc

; int write_all(int fd, const char *text, u32 length)
proc write_all, .fd, .text, .length
        mov     ecx, [ebp + .text]
        mov     edx, [ebp + .length]
.next:
        xor     eax, eax
        test    edx, edx
        jz      .done
        syscall SYS_WRITE, [ebp + .fd], ecx, edx
        test    eax, eax
        js      .done
        add     ecx, eax
        sub     edx, eax
        jmp     .next
.done:
endproc

; int read_line(struct reader *from, char *buffer, u32 size)
; What does not fit comes with the next call. No NUL is added; size is at least 1.
proc read_line, .from, .buffer, .size
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .from]
        mov     edi, [ebp + .buffer]
        xor     esi, esi
.next:
        cmp     esi, [ebp + .size]
        jae     .end
        mov     ecx, [ebx + reader.next]
        cmp     ecx, [ebx + reader.count]
        jb      .byte
        lea     ecx, [ebx + reader.bytes]
        mov     dword [ebx + reader.next], 0
        mov     dword [ebx + reader.count], 0
        syscall SYS_READ, [ebx + reader.fd], ecx, READER_SIZE
        test    eax, eax
        js      .done
        jz      .end
        mov     [ebx + reader.count], eax
        xor     ecx, ecx
.byte:
        mov     al, [ebx + reader.bytes + ecx]
        inc     dword [ebx + reader.next]
        mov     [edi + esi], al
        inc     esi
        cmp     al, NEWLINE
        jne     .next
.end:
        mov     eax, esi
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void sprint_symbol(char *to, u32 address, u32 size)   what %pS needs: no symbol tables in ring 3
proc sprint_symbol, .to, .address, .size
        push    dword [ebp + .address]
        mov     eax, esp
        ccall   vsnprintf, [ebp + .to], [ebp + .size], address_format, eax
endproc

sprint_symbol_name equ sprint_symbol

        section .rodata
address_format: db "0x%x", 0
        section .text
