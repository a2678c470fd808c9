; glob.asm: a word with *, ? or [...] in it stands for the files whose paths match.
;
;   glob_word(marked, argv, count)   the paths, or the word itself: how many argv has then
;
; A part between two slashes at a time: the paths that the parts so far have made are looked through for
; the next. What begins with a dot is matched by a dot only.

MAX_PATHS       equ 64                  ; that the first parts make

        section .bss
        alignb  4
glob_paths:     resd MAX_PATHS
glob_count:     resd 1
glob_part:      resb PATH_MAX

        section .text

; int glob_word(char *marked, char **argv, int count)
; esi walks the parts.
proc glob_word, .marked, .argv, .count
        push    ebx
        push    esi
        ccall   has_pattern, [ebp + .marked]
        test    eax, eax
        jz      .itself
        mov     esi, [ebp + .marked]
        mov     dword [glob_count], 1
        mov     dword [glob_paths], empty_name
        cmp     byte [esi], '/'
        jne     .next
        mov     dword [glob_paths], root_path
        inc     esi
.next:
        ccall   take_part, esi          ; how long it is
        add     esi, eax
        ccall   grow_paths
        cmp     byte [esi], 0
        je      .over
        inc     esi
        jmp     .next
.over:
        cmp     dword [glob_count], 0
        je      .itself
        xor     ebx, ebx
.path:
        mov     eax, [glob_paths + ebx * 4]
        call    .add
        inc     ebx
        cmp     ebx, [glob_count]
        jb      .path
        jmp     .done
.itself:
        ccall   remove_marks, [ebp + .marked]
        mov     eax, [ebp + .marked]
        call    .add
.done:
        mov     eax, [ebp + .count]
        pop     esi
        pop     ebx
        return

; eax is the next argument, if there is room
.add:
        mov     ecx, [ebp + .count]
        cmp     ecx, MAX_ARGS - 1
        jae     .full
        mov     edx, [ebp + .argv]
        mov     [edx + ecx * 4], eax
        inc     dword [ebp + .count]
.full:
        ret
endproc

; u32 take_part(const char *marked)     up to a / or the end, into glob_part
proc take_part, .marked
        push    edi
        mov     ecx, [ebp + .marked]
        mov     edi, glob_part
.next:
        mov     al, [ecx]
        test    al, al
        jz      .end
        cmp     al, '/'
        je      .end
        cmp     edi, glob_part + PATH_MAX - 1
        jae     .end
        stosb
        inc     ecx
        jmp     .next
.end:
        mov     byte [edi], 0
        mov     eax, ecx
        sub     eax, [ebp + .marked]
        pop     edi
endproc

; void grow_paths(void)                 each path by the names in it that match glob_part
; ebx counts the paths of before, esi their names, edi those that there will be.
proc grow_paths
.before         equ -4
.old            equ -(4 + 4 * MAX_PATHS)
        sub     esp, 4 + 4 * MAX_PATHS
        push    ebx
        push    esi
        push    edi
        mov     eax, [glob_count]
        mov     [ebp + .before], eax
        lea     ecx, [ebp + .old]
        ccall   memcpy, ecx, glob_paths, 4 * MAX_PATHS
        xor     edi, edi
        xor     ebx, ebx
        ccall   has_pattern, glob_part
        test    eax, eax
        jz      .plain
.path:
        cmp     ebx, [ebp + .before]
        jae     .done
        mov     eax, [ebp + .old + ebx * 4]
        cmp     byte [eax], 0
        jne     .folder_known
        mov     eax, here_path
.folder_known:
        ccall   list_folder, eax
        mov     esi, eax
        test    eax, eax
        jle     .path_done
        xor     esi, esi
        push    eax
.name:
        mov     ecx, [names + esi * 4]
        mov     al, [ecx]
        cmp     al, '.'
        jne     .visible
        cmp     [glob_part], al
        jne     .no
.visible:
        ccall   matches_part, glob_part, ecx
        test    eax, eax
        jz      .no
        ccall   join_path, [ebp + .old + ebx * 4], [names + esi * 4]
        test    eax, eax
        jz      .no
        cmp     edi, MAX_PATHS
        jae     .no
        mov     [glob_paths + edi * 4], eax
        inc     edi
.no:
        inc     esi
        cmp     esi, [esp]
        jb      .name
        pop     eax
.path_done:
        inc     ebx
        jmp     .path
.plain:                                 ; a name, and no pattern: is it there?
        ccall   remove_marks, glob_part
.plain_next:
        cmp     ebx, [ebp + .before]
        jae     .done
        ccall   join_path, [ebp + .old + ebx * 4], glob_part
        inc     ebx
        mov     esi, eax
        test    eax, eax
        jz      .plain_next
        syscall SYS_ACCESS, esi, 0
        test    eax, eax
        jnz     .plain_next
        mov     [glob_paths + edi * 4], esi
        inc     edi
        jmp     .plain_next
.done:
        mov     [glob_count], edi
        pop     edi
        pop     esi
        pop     ebx
endproc

; char *join_path(const char *folder, const char *name_in_it)   among the expansions; 0: no room
proc join_path, .folder, .name_in_it
        push    ebx
        mov     ebx, [expansions_end]
        cmp     ebx, expansions + EXPANSIONS_SIZE - PATH_MAX
        jae     .no_room
        mov     eax, [ebp + .folder]
        mov     edx, name_in_folder
        cmp     byte [eax], 0
        je      .plain
        cmp     word [eax], '/'         ; and its NUL
        jne     .format_known
.plain:
        mov     edx, name_behind
.format_known:
        ccall   snprintf, ebx, PATH_MAX, edx, [ebp + .folder], [ebp + .name_in_it]
        lea     eax, [ebx + eax + 1]
        mov     [expansions_end], eax
        mov     eax, ebx
        jmp     .done
.no_room:
        xor     eax, eax
.done:
        pop     ebx
endproc

        section .rodata
here_path:      db ".", 0
name_in_folder: db "%s/%s", 0
name_behind:    db "%s%s", 0
        section .text
