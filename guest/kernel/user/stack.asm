; stack.asm: the first stack and the first frame of a process.
;
;   make_stack(task, words, argc)         exec.asm     esp to start with, or 0: no memory
;   make_first_frame(task, entry, esp)    exec.asm     what trap_return will "restore"

        section .text

; u32 make_stack(struct task *for_task, const char *arguments, int argc)
; arguments are the words one behind the other, each with its NUL. From the top of the highest page
; down: the words, alignment, NULL (environment), NULL, argv[argc-1] ... argv[0], argc.
proc make_stack, .for_task, .arguments, .argc
.page_seen      equ -4                  ; the highest page's address for the kernel ...
.page_delta     equ -8                  ; ... and what makes it the program's
        sub     esp, 8
        push    ebx
        push    esi
        push    edi
        mov     ebx, STACK_BOTTOM
.next_page:
        ccall   add_user_page, [ebp + .for_task], ebx, _PAGE_PRESENT | _PAGE_USER | _PAGE_RW
        test    eax, eax
        jz      .done
        mov     [ebp + .page_seen], eax
        add     ebx, PAGE_SIZE
        cmp     ebx, TASK_TOP
        jb      .next_page
        lea     edx, [ebx - PAGE_SIZE]
        sub     edx, eax
        mov     [ebp + .page_delta], edx

        ; how long all words are
        mov     esi, [ebp + .arguments]
        mov     ecx, [ebp + .argc]
.measure:
        cmp     byte [esi], 0
        lea     esi, [esi + 1]
        jne     .measure
        call    .skip_nuls
        dec     ecx
        jnz     .measure
        sub     esi, [ebp + .arguments]
        mov     edi, [ebp + .page_seen]
        add     edi, PAGE_SIZE
        sub     edi, esi
        ccall   memcpy, edi, [ebp + .arguments], esi

        ; below them the pointers
        mov     esi, edi
        mov     ecx, [ebp + .argc]
        and     edi, -16
        lea     eax, [ecx + 3]          ; argc, argv's NULL, the environment's
        shl     eax, 2
        sub     edi, eax
        and     edi, -16
        mov     ebx, edi
        mov     [edi], ecx
        add     edi, 4
.pointer:
        mov     eax, esi
        add     eax, [ebp + .page_delta]
        stosd
.letter:
        cmp     byte [esi], 0
        lea     esi, [esi + 1]
        jne     .letter
        call    .skip_nuls
        dec     ecx
        jnz     .pointer
        mov     eax, ebx
        add     eax, [ebp + .page_delta]
.done:
        pop     edi
        pop     esi
        pop     ebx
        return

; several blanks between two words were several NULs; ecx - 1 words follow
.skip_nuls:
        cmp     ecx, 1
        je      .skipped
        cmp     byte [esi], 0
        jne     .skipped
        inc     esi
        jmp     .skip_nuls
.skipped:
        ret
endproc

; void make_first_frame(struct task *for_task, u32 entry_point, u32 user_esp)
; The kernel stack as if the process had been interrupted just before its first instruction.
proc make_first_frame, .for_task, .entry_point, .user_esp
        push    ebx
        push    esi
        mov     esi, [ebp + .for_task]
        mov     ebx, [esi + task.stack_top]
        sub     ebx, pt_regs_size
        ccall   memset, ebx, 0, pt_regs_size
        mov     dword [ebx + pt_regs.ds], __USER_DS
        mov     dword [ebx + pt_regs.es], __USER_DS
        mov     dword [ebx + pt_regs.ss], __USER_DS
        mov     dword [ebx + pt_regs.cs], __USER_CS
        mov     dword [ebx + pt_regs.eflags], X86_EFLAGS_FIXED | X86_EFLAGS_IF
        mov     eax, [ebp + .entry_point]
        mov     [ebx + pt_regs.eip], eax
        mov     eax, [ebp + .user_esp]
        mov     [ebx + pt_regs.esp], eax
        sub     ebx, switch_frame_size
        ccall   memset, ebx, 0, switch_frame_size
        mov     dword [ebx + switch_frame.return], trap_return
        mov     [esi + task.esp], ebx
        pop     esi
        pop     ebx
endproc
