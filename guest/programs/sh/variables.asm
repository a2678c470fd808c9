; variables.asm: what $NAME stands for.
;
;   set_variable(name, length, value)   0, or 1 after a complaint
;   assign(raw)                   if the word is NAME=VALUE: done, and 1
;   variable_at(text)             the value of the name behind a $, and in edx what is behind it; 0: no name
;   lone_assignments(token, stop)   a command of nothing else: done, and 1
;   import_environment(envp), make_environment()   from who started the shell; for whom it starts
;   builtin_set, builtin_unset    all of them; without one
;
; All of them are in the environment of the programs that the shell starts.

MAX_VARIABLES   equ 32
NAME_SIZE       equ 24
VALUE_SIZE      equ 104

struc variable
.name:          resb NAME_SIZE          ; empty: the place is free
.value:         resb VALUE_SIZE
endstruc

        section .bss
        alignb  4
variables:      resb variable_size * MAX_VARIABLES
variables_end:
positional:     resd 1                  ; char **: $0, $1 ...
positional_count: resd 1                ; $#
value_text:     resb VALUE_SIZE         ; of those that are made up
environment:    resd MAX_VARIABLES + 1
environment_text: resb variable_size * MAX_VARIABLES

        section .text

; u32 name_length(const char *text)     letters, digits and _, no digit first
proc name_length, .text
        xor     eax, eax
        mov     ecx, [ebp + .text]
.next:
        movzx   edx, byte [ecx + eax]
        cmp     edx, '_'
        je      .part
        mov     ecx, edx
        or      ecx, 0x20               ; small
        sub     ecx, 'a'
        cmp     ecx, 'z' - 'a'
        mov     ecx, [ebp + .text]
        jbe     .part
        sub     edx, '0'
        cmp     edx, 9
        ja      .done
        test    eax, eax
        jz      .done
.part:
        inc     eax
        jmp     .next
.done:
endproc

; struct variable *find_variable(const char *name, u32 length)  0: there is none
proc find_variable, .name, .length
        push    ebx
        mov     ebx, variables
.next:
        ccall   strncmp, ebx, [ebp + .name], [ebp + .length]
        test    eax, eax
        jnz     .other
        mov     ecx, [ebp + .length]
        cmp     byte [ebx + ecx], 0
        je      .found
.other:
        add     ebx, variable_size
        cmp     ebx, variables_end
        jb      .next
        xor     ebx, ebx
.found:
        mov     eax, ebx
        pop     ebx
endproc

; int set_variable(const char *name, u32 length, const char *value)
proc set_variable, .name, .length, .value
        push    ebx
        cmp     dword [ebp + .length], NAME_SIZE
        jae     .too_long
        ccall   strlen, [ebp + .value]
        cmp     eax, VALUE_SIZE
        jae     .too_long
        ccall   find_variable, [ebp + .name], [ebp + .length]
        mov     ebx, eax
        test    eax, eax
        jnz     .found
        ccall   find_variable, empty_name, 0
        mov     ebx, eax
        test    eax, eax
        jz      .full
.found:
        mov     ecx, [ebp + .length]
        inc     ecx
        ccall   strlcpy, ebx, [ebp + .name], ecx
        lea     eax, [ebx + variable.value]
        ccall   strlcpy, eax, [ebp + .value], VALUE_SIZE
        xor     eax, eax
        jmp     .done
.too_long:
        complain "sh: a variable's name or value is too long"
        jmp     .failed
.full:
        complain "sh: there are too many variables"
.failed:
        mov     eax, 1
.done:
        pop     ebx
endproc

; int assign(const char *raw)
proc assign, .raw
        ccall   name_length, [ebp + .raw]
        mov     ecx, [ebp + .raw]
        test    eax, eax
        jz      .no
        cmp     byte [ecx + eax], '='
        jne     .no
        push    eax
        lea     ecx, [ecx + eax + 1]
        ccall   expand_word, ecx
        pop     ecx
        ccall   set_variable, [ebp + .raw], ecx, eax
        mov     [last_status], eax
        mov     eax, 1
        return
.no:
        xor     eax, eax
endproc

; int lone_assignments(u32 *token, u32 *stop)   1: there was nothing else, and they have been made
proc lone_assignments, .token, .stop
        push    ebx
        mov     ebx, [ebp + .token]
.check:
        mov     eax, [ebx]
        cmp     eax, OP_LAST
        jbe     .no
        push    eax
        ccall   name_length, eax
        pop     ecx
        test    eax, eax
        jz      .no
        cmp     byte [ecx + eax], '='
        jne     .no
        add     ebx, 4
        cmp     ebx, [ebp + .stop]
        jb      .check
        mov     ebx, [ebp + .token]
.next:
        ccall   assign, [ebx]
        add     ebx, 4
        cmp     ebx, [ebp + .stop]
        jb      .next
        mov     eax, 1
        jmp     .done
.no:
        xor     eax, eax
.done:
        pop     ebx
endproc

; void import_environment(char **envp)          what has no name stays out
proc import_environment, .envp
        push    esi
        mov     esi, [ebp + .envp]
.next:
        mov     ecx, [esi]
        test    ecx, ecx
        jz      .done
        add     esi, 4
        push    ecx
        ccall   name_length, ecx
        pop     ecx
        cmp     byte [ecx + eax], '='
        jne     .next
        test    eax, eax
        jz      .next
        lea     edx, [ecx + eax + 1]
        ccall   set_variable, ecx, eax, edx
        jmp     .next
.done:
        pop     esi
endproc

; char **make_environment(void)
proc make_environment
        push    ebx
        push    esi
        push    edi
        mov     ebx, variables
        mov     esi, environment
        mov     edi, environment_text
.next:
        cmp     byte [ebx], 0
        je      .free
        mov     [esi], edi
        add     esi, 4
        lea     eax, [ebx + variable.value]
        ccall   sprintf, edi, environment_format, ebx, eax
        lea     edi, [edi + eax + 1]
.free:
        add     ebx, variable_size
        cmp     ebx, variables_end
        jb      .next
        mov     dword [esi], 0
        mov     eax, environment
        pop     edi
        pop     esi
        pop     ebx
endproc

; const char *variable_at(const char *text)     edx: what is behind the name
proc variable_at, .text
        push    ebx
        push    esi
        mov     esi, [ebp + .text]
        movzx   eax, byte [esi]
        inc     esi
        mov     edx, [last_status]
        cmp     eax, '?'
        je      .number
        mov     edx, [last_background]
        cmp     eax, '!'
        je      .number
        mov     edx, [positional_count]
        cmp     eax, '#'
        je      .number
        mov     edx, [shell_pid]
        cmp     eax, '$'
        je      .number
        cmp     eax, '@'
        je      .all
        sub     eax, '0'
        cmp     eax, 9
        jbe     .positional
        dec     esi
        xor     ebx, ebx
        cmp     byte [esi], '{'
        jne     .name
        inc     esi
        inc     ebx                     ; a } has to follow
.name:
        ccall   name_length, esi
        test    eax, eax
        jz      .none
        push    eax
        ccall   find_variable, esi, eax
        pop     ecx
        add     esi, ecx
        test    ebx, ebx
        jz      .closed
        cmp     byte [esi], '}'
        jne     .none
        inc     esi
.closed:
        add     eax, variable.value
        cmp     eax, variable.value
        jne     .done
.unset:
        mov     eax, empty_name
        jmp     .done
.positional:
        cmp     eax, [positional_count]
        ja      .unset
        mov     ecx, [positional]
        test    ecx, ecx
        jz      .unset
        mov     eax, [ecx + eax * 4]
        jmp     .done
.all:
        call    join_positional
        jmp     .done
.number:
        ccall   sprintf, value_text, number_format, edx
        mov     eax, value_text
        jmp     .done
.none:
        xor     eax, eax
.done:
        mov     edx, esi
        pop     esi
        pop     ebx
endproc

; const char *join_positional(void)     $1 and on, with blanks between
proc join_positional
        push    ebx
        push    edi
        mov     edi, value_text
        mov     ebx, 1
.next:
        mov     byte [edi], 0
        cmp     ebx, [positional_count]
        ja      .done
        mov     ecx, [positional]
        mov     edx, value_text + VALUE_SIZE
        sub     edx, edi
        ccall   snprintf, edi, edx, word_format, [ecx + ebx * 4]
        add     edi, eax
        inc     ebx
        jmp     .next
.done:
        mov     eax, value_text
        pop     edi
        pop     ebx
endproc

; int builtin_set(int argc, char **argv)
proc builtin_set, .argc, .argv
        push    ebx
        mov     ebx, variables
.next:
        cmp     byte [ebx], 0
        je      .free
        lea     eax, [ebx + variable.value]
        println "%s=%s", ebx, eax
.free:
        add     ebx, variable_size
        cmp     ebx, variables_end
        jb      .next
        xor     eax, eax
        pop     ebx
endproc

; int builtin_unset(int argc, char **argv)      unset NAME ...
proc builtin_unset, .argc, .argv
        push    esi
        mov     esi, [ebp + .argv]
.next:
        add     esi, 4
        mov     ecx, [esi]
        test    ecx, ecx
        jz      .done
        ccall   strlen, ecx
        ccall   find_variable, [esi], eax
        test    eax, eax
        jz      .next
        mov     byte [eax], 0
        jmp     .next
.done:
        xor     eax, eax
        pop     esi
endproc

        section .rodata
number_format:  db "%d", 0
word_format:    db "%s ", 0
environment_format: db "%s=%s", 0
empty_name:     db 0
        section .text
