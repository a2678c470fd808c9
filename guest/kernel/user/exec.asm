; exec.asm: a file becomes a ring 3 program.
;
;   sys_execve(path, argv, envp)  process              the calling process becomes it
;   prepare_init_process(path)    boot                 the first process: struct task *, not yet woken, or
;                                                      an error
;
; An ELF32 executable's segments (user/elf.asm) go where they ask to, the stack (user/stack.asm) below
; TASK_TOP. Everything is made ready aside (include/binprm.inc), so that a program that cannot be
; loaded leaves its caller as it was.

        section .text

; long sys_execve(const char *path, char *const argv[], char *const envp[])
proc sys_execve, .path, .argv, .envp
.bprm           equ -binprm_size
.name           equ -(binprm_size + PATH_MAX)
        sub     esp, binprm_size + PATH_MAX
        push    ebx
        push    esi
        lea     ebx, [ebp + .bprm]
        lea     esi, [ebp + .name]
        ccall   strncpy_from_user, esi, [ebp + .path], PATH_MAX
        test    eax, eax
        js      .done
        ccall   open_exec, ebx, esi
        test    eax, eax
        jnz     .done
        ccall   copy_strings, ebx, [ebp + .argv]
        mov     [ebx + binprm.argc], eax
        test    eax, eax
        js      .failed
        ccall   copy_strings, ebx, [ebp + .envp]
        mov     [ebx + binprm.envc], eax
        test    eax, eax
        js      .failed
        ccall   load_binary, ebx
        test    eax, eax
        jnz     .failed
        ccall   free_page, [ebx + binprm.args]
        ; from here on there is no way back
        mov     ecx, [this_cpu(current)]
        push    dword [ecx + task.pgd]
        ccall   install_program, ecx, ebx
        mov     eax, [ebx + binprm.pgd]
        mov     cr3, eax
        call    free_address_space      ; its argument is on the stack
        add     esp, 4
        mov     ecx, [this_cpu(current)]
        mov     eax, [ecx + task.stack_top]
        sub     eax, pt_regs_size
        ccall   start_frame, eax, ebx
        call    flush_signal_handlers
        mov     ecx, [this_cpu(current)]
        cmp     dword [ecx + task.ptrace], 0
        je      .become
        ccall   send_signal, ecx, SIGTRAP ; a debugger sees it before its first instruction
.become:
        xor     eax, eax
        jmp     .done
.failed:
        push    eax
        ccall   free_page, [ebx + binprm.args]
        pop     eax
.done:
        pop     esi
        pop     ebx
endproc

; struct task *prepare_init_process(const char *path)
; Words of the kernel's command line are its arguments, as in Linux. It has the console three times.
proc prepare_init_process, .path
.bprm           equ -binprm_size
.console        equ -(binprm_size + 4)
        sub     esp, binprm_size + 4
        push    ebx
        push    esi
        lea     ebx, [ebp + .bprm]
        ccall   open_exec, ebx, [ebp + .path]
        test    eax, eax
        jnz     .done
        ccall   add_word, ebx, [ebp + .path]
        mov     esi, boot_command_line
.word:
        ccall   skip_spaces, esi
        mov     esi, eax
        cmp     byte [esi], 0
        je      .words_done
        ccall   add_word, ebx, esi
        add     esi, eax
        jmp     .word
.words_done:
        ccall   load_binary, ebx
        push    eax
        ccall   free_page, [ebx + binprm.args]
        pop     eax
        test    eax, eax
        jnz     .done
        ccall   alloc_task, [ebp + .path]
        mov     esi, eax
        mov     eax, -EAGAIN
        test    esi, esi
        jz      .done
        ccall   install_program, esi, ebx
        ccall   new_process_frame, esi
        ccall   start_frame, eax, ebx
        mov     eax, [root_inode]
        mov     [esi + task.cwd], eax
        ccall   iget, eax
        mov     eax, [esi + task.pid]
        mov     [esi + task.pgrp], eax
        lea     ecx, [ebp + .console]
        ccall   vfs_open, console_path, O_RDWR, 0, ecx
        test    eax, eax
        jnz     .ready
        mov     eax, [ebp + .console]
        mov     dword [eax + file.f_count], 3
        mov     [esi + task.files], eax
        mov     [esi + task.files + 4], eax
        mov     [esi + task.files + 8], eax
.ready:
        mov     eax, esi
.done:
        pop     esi
        pop     ebx
endproc

; int open_exec(struct binprm *bprm, const char *path)          0, and bprm begun
proc open_exec, .bprm, .path
.found          equ -4
        sub     esp, 4
        push    ebx
        mov     ebx, [ebp + .bprm]
        ccall   memset, ebx, 0, binprm_size
        lea     eax, [ebp + .found]
        ccall   path_lookup, [ebp + .path], eax
        test    eax, eax
        jnz     .done
        mov     ecx, [ebp + .found]
        mov     [ebx + binprm.inode], ecx
        mov     eax, -EACCES
        cmp     dword [ecx + inode.i_fop], ramfs_operations
        jne     .done
        test    dword [ecx + inode.i_mode], S_IXUGO
        jz      .done
        call    get_free_page
        mov     [ebx + binprm.args], eax
        test    eax, eax
        mov     eax, -ENOMEM
        jz      .done
        xor     eax, eax
.done:
        pop     ebx
endproc

; int copy_strings(struct binprm *bprm, char *const user_words[])       how many, or an error
proc copy_strings, .bprm, .user_words
.word           equ -4
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .bprm]
        xor     esi, esi
        cmp     dword [ebp + .user_words], 0
        je      .all
.next:
        mov     ecx, [ebp + .user_words]
        lea     ecx, [ecx + esi * 4]
        lea     eax, [ebp + .word]
        ccall   copy_from_user, eax, ecx, 4
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        cmp     dword [ebp + .word], 0
        je      .all
        mov     ecx, [ebx + binprm.args]
        mov     edi, [ebx + binprm.args_used]
        add     ecx, edi
        mov     edx, ARGS_SIZE
        sub     edx, edi
        ccall   strncpy_from_user, ecx, [ebp + .word], edx
        cmp     eax, -ENAMETOOLONG
        je      .too_much
        test    eax, eax
        js      .done
        lea     edi, [edi + eax + 1]
        mov     [ebx + binprm.args_used], edi
        inc     esi
        cmp     esi, ARGS_MAX / 2
        jb      .next
.too_much:
        mov     eax, -E2BIG
        jmp     .done
.all:
        mov     eax, esi
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 add_word(struct binprm *bprm, const char *word_added)     up to a blank; its length
proc add_word, .bprm, .word_added
        push    edi
        mov     edx, [ebp + .bprm]
        mov     edi, [edx + binprm.args]
        add     edi, [edx + binprm.args_used]
        mov     ecx, [ebp + .word_added]
.next:
        mov     al, [ecx]
        cmp     al, SPACE
        jbe     .end
        stosb
        inc     ecx
        jmp     .next
.end:
        mov     byte [edi], 0
        inc     edi
        sub     edi, [edx + binprm.args]
        mov     [edx + binprm.args_used], edi
        inc     dword [edx + binprm.argc]
        mov     eax, ecx
        sub     eax, [ebp + .word_added]
        pop     edi
endproc

; int load_binary(struct binprm *bprm)          0, and an address space with the program and its stack
proc load_binary, .bprm
        push    ebx
        mov     ebx, [ebp + .bprm]
        ccall   elf_check, [ebx + binprm.inode]
        test    eax, eax
        mov     eax, -ENOEXEC
        jz      .done
        call    new_address_space
        mov     [ebx + binprm.pgd], eax
        test    eax, eax
        mov     eax, -ENOMEM
        jz      .done
        ccall   load_segments, ebx
        test    eax, eax
        jnz     .free
        ccall   make_stack, ebx
        test    eax, eax
        jz      .done
.free:
        push    eax
        ccall   free_address_space, [ebx + binprm.pgd]
        pop     eax
.done:
        pop     ebx
endproc

; void install_program(struct task *which, const struct binprm *bprm)
; The task is named after the file.
proc install_program, .which, .bprm
        push    ebx
        push    esi
        mov     ebx, [ebp + .which]
        mov     esi, [ebp + .bprm]
        mov     eax, [esi + binprm.pgd]
        mov     [ebx + task.pgd], eax
        mov     eax, [esi + binprm.text_start]
        mov     [ebx + task.text_start], eax
        mov     eax, [esi + binprm.text_size]
        mov     [ebx + task.text_size], eax
        mov     eax, [esi + binprm.arg_start]
        mov     [ebx + task.arg_start], eax
        mov     eax, [esi + binprm.arg_end]
        mov     [ebx + task.arg_end], eax
        mov     esi, [esi + binprm.inode]
        add     esi, inode.i_name
        lea     eax, [ebx + task.comm]
        ccall   strlcpy, eax, esi, TASK_COMM_LEN
        lea     eax, [ebx + task.name]
        ccall   strlcpy, eax, esi, TASK_NAME_LEN
        pop     esi
        pop     ebx
endproc

; void start_frame(struct pt_regs *regs, const struct binprm *bprm)
; As if the program had been interrupted just before its first instruction.
proc start_frame, .regs, .bprm
        push    ebx
        mov     ebx, [ebp + .regs]
        ccall   memset, ebx, 0, pt_regs_size
        mov     dword [ebx + pt_regs.ds], __USER_DS
        mov     dword [ebx + pt_regs.es], __USER_DS
        mov     dword [ebx + pt_regs.ss], __USER_DS
        mov     dword [ebx + pt_regs.cs], __USER_CS
        mov     dword [ebx + pt_regs.eflags], X86_EFLAGS_FIXED | X86_EFLAGS_IF
        mov     ecx, [ebp + .bprm]
        mov     eax, [ecx + binprm.entry]
        mov     [ebx + pt_regs.eip], eax
        mov     eax, [ecx + binprm.esp]
        mov     [ebx + pt_regs.esp], eax
        pop     ebx
endproc

; struct pt_regs *new_process_frame(struct task *which)
; A kernel stack as context_switch will find it: the way out to ring 3 lies behind it. The frame that
; this will restore is the caller's to fill in.
proc new_process_frame, .which
        push    ebx
        push    esi
        mov     esi, [ebp + .which]
        mov     ebx, [esi + task.stack_top]
        sub     ebx, pt_regs_size
        lea     eax, [ebx - switch_frame_size]
        mov     [esi + task.esp], eax
        ccall   memset, eax, 0, switch_frame_size
        mov     dword [ebx - switch_frame_size + switch_frame.return], trap_return
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc

        section .rodata
console_path:   db "/dev/console", 0
        section .text
