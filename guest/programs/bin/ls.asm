; ls [-l] [-1] [FILE...]: what a folder holds, in columns on a terminal, else one a line.

%include "include/utility.inc"
%include "include/termios.inc"
%include "lib/file.asm"

WIDTH           equ 80
MODE_LETTERS    equ 10

struc stat                              ; as stat(2) gives it
.st_dev:        resd 1
.st_ino:        resd 1
.st_mode:       resw 1
.st_nlink:      resw 1
.st_uid:        resw 1
.st_gid:        resw 1
.st_rdev:       resd 1
.st_size:       resd 1
.rest:          resd 11
endstruc

        section .bss
        alignb  4
long_form:      resd 1
one_a_line:     resd 1
file_stat:      resb stat_size
terminal:       resb termios_size
path:           resb PATH_MAX
column_line:    resb 2 * WIDTH

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        push    edi
        xor     edi, edi                ; the exit code
        xor     ebx, ebx                ; folders and files named
        syscall SYS_IOCTL, STDOUT, TCGETS, terminal
        mov     [one_a_line], eax
        mov     esi, [ebp + .argv]
.option:
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .counted
        cmp     byte [eax], '-'
        jne     .option
.letter:
        inc     eax
        mov     cl, [eax]
        test    cl, cl
        jz      .option
        cmp     cl, 'l'
        jne     .not_long
        mov     dword [long_form], 1
.not_long:
        cmp     cl, '1'
        jne     .letter
        mov     dword [one_a_line], 1
        jmp     .letter
.counted:
        mov     esi, [ebp + .argv]
.next:
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .last
        cmp     byte [eax], '-'
        je      .next
        inc     ebx
        ccall   list, eax
        or      edi, eax
        jmp     .next
.last:
        test    ebx, ebx
        jnz     .done
        ccall   list, here
        or      edi, eax
.done:
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc

; int list(const char *what)            0, or 1 after a complaint
proc list, .what
        push    ebx
        push    esi
        syscall SYS_STAT, [ebp + .what], file_stat
        test    eax, eax
        js      .failed
        mov     eax, [file_stat + stat.st_mode]
        and     eax, S_IFMT
        cmp     eax, S_IFDIR
        je      .folder
        ccall   show_long, [ebp + .what], [ebp + .what]
        jmp     .good
.folder:
        ccall   list_folder, [ebp + .what]
        mov     ebx, eax
        test    eax, eax
        js      .failed
        cmp     dword [long_form], 0
        jne     .rows
        cmp     dword [one_a_line], 0
        jne     .rows
        ccall   show_columns, ebx
        jmp     .good
.rows:
        xor     esi, esi
.next:
        cmp     esi, ebx
        jge     .good
        ccall   sprintf, path, in_folder, [ebp + .what], [names + esi * 4]
        ccall   show_long, path, [names + esi * 4]
        inc     esi
        jmp     .next
.failed:
        ccall   strerror, eax
        complain "ls: cannot access '%s': %s", [ebp + .what], eax
        mov     eax, 1
        jmp     .done
.good:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; void show_columns(int count)          downwards, then to the right, as many columns as fit
proc show_columns, .count
.width          equ -4                  ; of the longest name, and two blanks
.rows           equ -8
        sub     esp, 8
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .width], 0
        xor     ebx, ebx
.measure:
        cmp     ebx, [ebp + .count]
        jge     .measured
        ccall   strlen, [names + ebx * 4]
        add     eax, 2
        cmp     eax, [ebp + .width]
        jbe     .shorter
        mov     [ebp + .width], eax
.shorter:
        inc     ebx
        jmp     .measure
.measured:
        test    ebx, ebx
        jz      .done
        mov     eax, WIDTH
        xor     edx, edx
        div     dword [ebp + .width]
        test    eax, eax
        jnz     .columns_known
        inc     eax
.columns_known:
        mov     ecx, eax
        mov     eax, [ebp + .count]
        add     eax, ecx
        dec     eax
        xor     edx, edx
        div     ecx
        mov     [ebp + .rows], eax
        xor     ebx, ebx                ; the row
.row:
        mov     edi, column_line
        mov     esi, ebx                ; the name
.column:
        ccall   strlen, [names + esi * 4]
        mov     ecx, eax
        mov     eax, [names + esi * 4]
        push    ecx
        push    esi
        mov     esi, eax
        rep movsb
        pop     esi
        pop     ecx
        add     esi, [ebp + .rows]
        cmp     esi, [ebp + .count]
        jge     .row_ends
        mov     edx, [ebp + .width]
        sub     edx, ecx
        mov     ecx, edx
        mov     al, SPACE
        rep stosb
        jmp     .column
.row_ends:
        mov     al, NEWLINE
        stosb
        sub     edi, column_line
        ccall   write_all, STDOUT, column_line, edi
        inc     ebx
        cmp     ebx, [ebp + .rows]
        jb      .row
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_long(const char *full_path, const char *name)       with -l all that is known, else the name
proc show_long, .full_path, .name
.mode           equ -12
        sub     esp, 12
        push    ebx
        cmp     dword [long_form], 0
        je      .name_only
        syscall SYS_STAT, [ebp + .full_path], file_stat
        test    eax, eax
        js      .name_only              ; gone meanwhile
        lea     ebx, [ebp + .mode]
        ccall   mode_text, ebx, [file_stat + stat.st_mode]
        mov     eax, [file_stat + stat.st_mode]
        and     eax, S_IFMT
        cmp     eax, S_IFCHR
        je      .device
        println "%s 1 root root %8u %s", ebx, [file_stat + stat.st_size], [ebp + .name]
        jmp     .done
.device:
        movzx   eax, byte [file_stat + stat.st_rdev]
        movzx   ecx, byte [file_stat + stat.st_rdev + 1]
        println "%s 1 root root %3u, %3u %s", ebx, ecx, eax, [ebp + .name]
        jmp     .done
.name_only:
        println "%s", [ebp + .name]
.done:
        pop     ebx
endproc

; void mode_text(char *to, u32 mode)    "drwxr-xr-x"
proc mode_text, .to, .mode
        push    ebx
        push    edi
        mov     edi, [ebp + .to]
        mov     ebx, [ebp + .mode]
        mov     eax, ebx
        and     eax, S_IFMT
        mov     cl, 'd'
        cmp     eax, S_IFDIR
        je      .kind_known
        mov     cl, 'c'
        cmp     eax, S_IFCHR
        je      .kind_known
        mov     cl, '-'
.kind_known:
        mov     [edi], cl
        mov     ecx, MODE_LETTERS - 2   ; from the highest of nine bits down
        mov     edx, rwx_letters
.next:
        inc     edi
        mov     al, [edx]
        bt      ebx, ecx
        jc      .set
        mov     al, '-'
.set:
        mov     [edi], al
        inc     edx
        dec     ecx
        jns     .next
        mov     byte [edi + 1], 0
        pop     edi
        pop     ebx
endproc

        section .rodata
here:           db ".", 0
in_folder:      db "%s/%s", 0
rwx_letters:    db "rwxrwxrwx"
        section .text
