; stack.asm: the first stack of a program: argc, argv, the environment (System V ABI i386, 2.3.1).
;
;   make_stack(bprm)              exec.asm             0 or -ENOMEM

        section .text

; int make_stack(struct binprm *bprm)
; From the top of the highest page down: the words, NULL, envp[envc-1] ... envp[0], NULL,
; argv[argc-1] ... argv[0], argc. edi is where we write, as the kernel sees it, and esi the letters.
proc make_stack, .bprm
.page_delta     equ -4                  ; what makes the kernel's address the program's
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .bprm]
        mov     esi, STACK_BOTTOM
.next_page:
        ccall   add_user_page, [ebx + binprm.pgd], esi, _PAGE_PRESENT | _PAGE_USER | _PAGE_RW
        mov     edi, eax
        test    eax, eax
        mov     eax, -ENOMEM
        jz      .done
        add     esi, PAGE_SIZE
        cmp     esi, TASK_TOP
        jb      .next_page
        lea     edx, [esi - PAGE_SIZE]
        sub     edx, edi
        mov     [ebp + .page_delta], edx

        add     edi, PAGE_SIZE
        sub     edi, [ebx + binprm.args_used]
        mov     esi, edi
        ccall   memcpy, edi, [ebx + binprm.args], [ebx + binprm.args_used]
        mov     eax, [ebx + binprm.argc]
        add     eax, [ebx + binprm.envc]
        add     eax, 3                  ; argc, argv's NULL, the environment's
        shl     eax, 2
        sub     edi, eax
        and     edi, -16
        mov     eax, edi
        add     eax, [ebp + .page_delta]
        mov     [ebx + binprm.esp], eax
        mov     ecx, [ebx + binprm.argc]
        mov     eax, ecx
        stosd
        mov     eax, esi
        add     eax, [ebp + .page_delta]
        mov     [ebx + binprm.arg_start], eax
        call    .pointers
        mov     eax, esi
        add     eax, [ebp + .page_delta]
        mov     [ebx + binprm.arg_end], eax
        mov     ecx, [ebx + binprm.envc]
        call    .pointers
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
        return

; to ecx words from esi on, and a NULL
.pointers:
        dec     ecx
        js      .end
        mov     eax, esi
        add     eax, [ebp + .page_delta]
        stosd
.letter:
        cmp     byte [esi], 0
        lea     esi, [esi + 1]
        jne     .letter
        jmp     .pointers
.end:
        xor     eax, eax
        stosd
        ret
endproc
