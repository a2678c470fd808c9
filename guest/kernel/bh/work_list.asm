; work_list.asm: chains of works, in order of queueing.
;
;   work_list_add(list, work)     interrupts off       at its end
;   work_list_remove(list, work)  interrupts off       1 if it was there
;   is_in_chain(first, work)      interrupts off       is it there?

        section .text

; void work_list_add(struct work_list *list, struct work_struct *work)   at its end
proc work_list_add, .list, .work
        mov     ecx, [ebp + .list]
        mov     edx, [ebp + .work]
        mov     dword [edx + work_struct.next], 0
        mov     eax, [ecx + work_list.end]
        mov     [eax], edx
        mov     [ecx + work_list.end], edx      ; .next is its first word
endproc

; int work_list_remove(struct work_list *list, struct work_struct *work)        1 if it was there
proc work_list_remove, .list, .work
        push    ebx
        mov     ecx, [ebp + .list]
        mov     ebx, ecx                ; .first is its first word
        mov     edx, [ebp + .work]
.next:
        mov     eax, [ebx]
        test    eax, eax
        jz      .done
        cmp     eax, edx
        je      .found
        mov     ebx, eax
        jmp     .next
.found:
        mov     eax, [edx + work_struct.next]
        mov     [ebx], eax
        test    eax, eax
        jnz     .not_last
        mov     [ecx + work_list.end], ebx
.not_last:
        mov     eax, 1
.done:
        pop     ebx
endproc

; int is_in_chain(const struct work_struct *first, const struct work_struct *work)
proc is_in_chain, .first, .work
        mov     eax, [ebp + .first]
.next:
        test    eax, eax
        jz      .done
        cmp     eax, [ebp + .work]
        je      .done
        mov     eax, [eax + work_struct.next]
        jmp     .next
.done:
endproc
