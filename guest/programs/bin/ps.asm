; ps [-e] [-f] [ax] [-o COLUMN,...]: who is there.
;
; Without -e or ax: the processes of this terminal, which is all that are no kernel threads. -f says
; more; -o says which columns, as ps(1) names them.
;
; ps/columns.asm is the table of columns, ps/task.asm reads /proc/PID.

%include "include/utility.inc"
%include "lib/file.asm"

MAX_COLUMNS     equ 16
CELL_SIZE       equ 256

        section .bss
        alignb  4
show_all:       resd 1
chosen:         resd MAX_COLUMNS + 1    ; struct column *, a 0 at the end
row:            resb CELL_SIZE * 2
cell:           resb CELL_SIZE

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        ccall   choose_columns, default_columns
        mov     esi, [ebp + .argv]
.argument:
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .list
.letter:
        mov     cl, [eax]
        inc     eax
        test    cl, cl
        jz      .argument
        cmp     cl, '-'
        je      .letter
        cmp     cl, 'e'
        je      .all
        cmp     cl, 'A'
        je      .all
        cmp     cl, 'a'
        je      .letter
        cmp     cl, 'x'
        je      .all
        cmp     cl, 'f'
        je      .full
        cmp     cl, 'u'
        je      .full
        cmp     cl, 'l'
        je      .long
        cmp     cl, 'o'
        je      .columns
        complain "ps: unsupported option '%s'", [esi]
.usage:
        complain "usage: ps [-e] [-f] [ax] [-o COLUMN,...]"
        mov     eax, 1
        jmp     .done
.all:
        mov     dword [show_all], 1
        jmp     .letter
.full:
        push    eax
        ccall   choose_columns, full_columns
        pop     eax
        jmp     .letter
.long:
        push    eax
        ccall   choose_columns, long_columns
        pop     eax
        jmp     .letter
.columns:
        cmp     byte [eax], 0
        jne     .columns_here
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .usage
.columns_here:
        ccall   choose_columns, eax
        test    eax, eax
        jz      .argument
        mov     eax, 1
        jmp     .done
.list:
        ccall   show_row, 0
        ccall   list_folder, proc_path
        mov     ebx, eax
        xor     esi, esi
.next:
        cmp     esi, ebx
        jge     .good
        ccall   is_number, [names + esi * 4]
        test    eax, eax
        jz      .another
        ccall   read_task, [names + esi * 4]
        test    eax, eax
        js      .another                ; it has gone meanwhile
        cmp     dword [show_all], 0
        jne     .show
        cmp     dword [task_fields + 4 * STAT_TTY], 0
        je      .another
.show:
        ccall   show_row, 1
.another:
        inc     esi
        jmp     .next
.good:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; int choose_columns(const char *list)  0, or 1 after a complaint
proc choose_columns, .list
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .list]
        mov     edi, chosen
.next:
        ; the name's length
        xor     ecx, ecx
.letter:
        mov     al, [esi + ecx]
        test    al, al
        jz      .name_ends
        cmp     al, ','
        je      .name_ends
        inc     ecx
        jmp     .letter
.name_ends:
        mov     ebx, columns
.find:
        mov     edx, [ebx + column.name]
        cmp     byte [edx + ecx], 0
        jne     .another
        push    ecx
        ccall   strncmp, edx, esi, ecx
        pop     ecx
        test    eax, eax
        jz      .found
.another:
        add     ebx, column_size
        cmp     ebx, columns_end
        jb      .find
        complain "ps: unknown column in '%s'", esi
        mov     eax, 1
        jmp     .done
.found:
        cmp     edi, chosen + 4 * MAX_COLUMNS
        jae     .full
        mov     [edi], ebx
        add     edi, 4
.full:
        add     esi, ecx
        cmp     byte [esi], 0
        lea     esi, [esi + 1]
        jne     .next
        mov     dword [edi], 0
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_row(int of_task)            of the task that was read, or 0: the headline
; A column's width below 0 means: to the left. The last one is as long as it is.
proc show_row, .of_task
        push    ebx
        push    esi
        push    edi
        mov     esi, chosen
        mov     edi, row
.next:
        mov     ebx, [esi]
        add     esi, 4
        mov     eax, [ebx + column.head]
        cmp     dword [ebp + .of_task], 0
        je      .text_known
        call    [ebx + column.value]    ; eax: its text
.text_known:
        mov     ebx, [ebx + column.width]
        cmp     dword [esi], 0
        jne     .not_last
        test    ebx, ebx
        jns     .not_last
        xor     ebx, ebx
.not_last:
        ccall   put_cell, edi, eax, ebx
        mov     edi, eax
        cmp     dword [esi], 0
        je      .end
        mov     byte [edi], SPACE
        inc     edi
        jmp     .next
.end:
        mov     byte [edi], NEWLINE
        inc     edi
        sub     edi, row
        ccall   write_all, STDOUT, row, edi
        pop     edi
        pop     esi
        pop     ebx
endproc

; char *put_cell(char *to, const char *text, int width)         where the next one goes
proc put_cell, .to, .text, .width
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .to]
        ccall   strlen, [ebp + .text]
        mov     ebx, eax
        mov     ecx, [ebp + .width]
        test    ecx, ecx
        jns     .right
        neg     ecx
        sub     ecx, ebx
        push    ecx                     ; blanks behind it
        xor     ecx, ecx
        jmp     .pad
.right:
        sub     ecx, ebx
        push    dword 0
.pad:
        mov     al, SPACE
        test    ecx, ecx
        jle     .padded
        rep stosb
.padded:
        mov     esi, [ebp + .text]
        mov     ecx, ebx
        rep movsb
        pop     ecx
        test    ecx, ecx
        jle     .done
        rep stosb
.done:
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc

%include "ps/task.asm"
%include "ps/columns.asm"

        section .rodata
proc_path:      db "/proc", 0
default_columns: db "pid,tty,time,comm", 0
full_columns:   db "user,pid,ppid,c,stime,tty,time,cmd", 0
long_columns:   db "s,user,pid,ppid,pri,ni,tty,time,comm", 0
        section .text
