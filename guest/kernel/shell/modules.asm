; modules.asm: insmod, rmmod, lsmod, and /proc/modules.
;
; Loading and unloading run in a thread named after the command, as the program of that name would:
; what a module's routines see as `current`, and what an oops in them ends.

struc module_job
.arguments:     resd 1
.result:        resd 1                  ; 0, or an error
.what:          resd 1                  ; the word that an error's text names
endstruc

        section .text

; int insmod_command(const char *arguments)
proc insmod_command, .arguments
        ccall   module_command, insmod_thread, insmod_name, [ebp + .arguments]
endproc

; int rmmod_command(const char *arguments)
proc rmmod_command, .arguments
        ccall   module_command, rmmod_thread, rmmod_name, [ebp + .arguments]
endproc

; int module_command(int (*thread)(struct module_job *), const char *name, const char *arguments)
proc module_command, .thread, .name, .arguments
.job            equ -module_job_size
        sub     esp, module_job_size
        push    ebx
        lea     ebx, [ebp + .job]
        mov     eax, [ebp + .arguments]
        mov     [ebx + module_job.arguments], eax
        mov     dword [ebx + module_job.result], 0
        ccall   kthread_run_child, [ebp + .thread], ebx, [ebp + .name]
        test    eax, eax
        jz      .done
        ccall   wait_task, eax
        ccall   report_status, eax
.done:
        xor     eax, eax
        pop     ebx
endproc

; int insmod_thread(struct module_job *job)
proc insmod_thread, .job
.file           equ -cpio_entry_size
.file_name      equ -(cpio_entry_size + MODULE_NAME_LEN)
.module_name    equ -(cpio_entry_size + 2 * MODULE_NAME_LEN)
        sub     esp, cpio_entry_size + 2 * MODULE_NAME_LEN
        push    ebx
        push    esi
        mov     eax, [ebp + .job]
        mov     esi, [eax + module_job.arguments]
        lea     eax, [ebp + .file_name]
        ccall   copy_word, eax, esi, MODULE_NAME_LEN
        mov     esi, eax                ; the parameters
        lea     eax, [ebp + .file_name]
        lea     ecx, [ebp + .file]
        ccall   initrd_find, eax, ecx
        test    eax, eax
        jz      .no_file
        lea     eax, [ebp + .module_name]
        lea     ecx, [ebp + .file_name]
        ccall   make_module_name, eax, ecx
        ; the loader writes into the headers: it gets a copy
        ccall   kmalloc, [ebp + .file + cpio_entry.size], GFP_KERNEL
        mov     ebx, -ENOMEM
        test    eax, eax
        jz      .failed
        push    eax
        ccall   memcpy, eax, [ebp + .file + cpio_entry.data], [ebp + .file + cpio_entry.size]
        mov     edx, [esp]
        lea     eax, [ebp + .module_name]
        ccall   load_module, edx, [ebp + .file + cpio_entry.size], eax, esi
        mov     ebx, eax
        call    kfree                   ; its argument is on the stack still
        add     esp, 4
        test    ebx, ebx
        jz      .done
.failed:
        ccall   strerror, ebx
        lea     ecx, [ebp + .file_name]
        println "insmod: ERROR: could not insert module %s: %s", ecx, eax
        jmp     .done
.no_file:
        lea     ecx, [ebp + .file_name]
        println "insmod: ERROR: could not load module %s: No such file or directory", ecx
.done:
        xor     eax, eax
        pop     esi
        pop     ebx
endproc

; int rmmod_thread(struct module_job *job)
proc rmmod_thread, .job
.file_name      equ -MODULE_NAME_LEN
.module_name    equ -2 * MODULE_NAME_LEN
        sub     esp, 2 * MODULE_NAME_LEN
        push    ebx
        mov     eax, [ebp + .job]
        lea     ecx, [ebp + .file_name]
        ccall   copy_word, ecx, [eax + module_job.arguments], MODULE_NAME_LEN
        lea     eax, [ebp + .module_name]
        lea     ecx, [ebp + .file_name]
        ccall   make_module_name, eax, ecx
        lea     ebx, [ebp + .module_name]
        ccall   delete_module, ebx
        test    eax, eax
        jz      .done
        cmp     eax, -ENOENT
        je      .absent
        println "rmmod: ERROR: Module %s is in use", ebx
        jmp     .done
.absent:
        println "rmmod: ERROR: Module %s is not currently loaded", ebx
.done:
        xor     eax, eax
        pop     ebx
endproc

; const char *copy_word(char *to, const char *from, u32 size)   where the next word begins
proc copy_word, .to, .from, .size
        push    ebx
        ccall   skip_spaces, [ebp + .from]
        mov     ecx, eax
        mov     edx, [ebp + .to]
        mov     ebx, [ebp + .size]
.next:
        mov     al, [ecx]
        cmp     al, SPACE
        jbe     .end
        inc     ecx
        dec     ebx
        jle     .next                   ; what doesn't fit is dropped
        mov     [edx], al
        inc     edx
        jmp     .next
.end:
        mov     byte [edx], 0
        ccall   skip_spaces, ecx
        pop     ebx
endproc

; void make_module_name(char *to, const char *file)     without .ko, - as _
proc make_module_name, .to, .file
        mov     ecx, [ebp + .file]
        mov     edx, [ebp + .to]
.next:
        mov     al, [ecx]
        cmp     dword [ecx], MODULE_SUFFIX
        jne     .letter
        xor     eax, eax
.letter:
        cmp     al, '-'
        jne     .store
        mov     al, '_'
.store:
        mov     [edx], al
        inc     ecx
        inc     edx
        test    al, al
        jnz     .next
endproc

MODULE_SUFFIX   equ 0x006f6b2e          ; ".ko" and the NUL

; int lsmod_command(const char *arguments)
proc lsmod_command, .arguments
        push    ebx
        println "Module                  Size  Used by"
        mov     ebx, [modules]
.next:
        test    ebx, ebx
        jz      .done
        lea     eax, [ebx + module.name]
        println "%-19s %8u  %d", eax, [ebx + module.core_size], [ebx + module.refcnt]
        mov     ebx, [ebx + module.next]
        jmp     .next
.done:
        xor     eax, eax
        pop     ebx
endproc

; const char *strerror(int error)       of the negative ones that loading can give
proc strerror, .error
        mov     ecx, error_texts
.next:
        mov     eax, [ecx]
        add     eax, [ebp + .error]
        jz      .found
        add     ecx, 8
        cmp     ecx, error_texts_end
        jb      .next
        mov     eax, unknown_error
        return
.found:
        mov     eax, [ecx + 4]
endproc

        section .rodata
        align   4
error_texts:
        dd      EPERM, error_text_eperm, ENOENT, error_text_enoent, EIO, error_text_eio
        dd      ENOEXEC, error_text_enoexec, ENOMEM, error_text_enomem, EBUSY, error_text_ebusy
        dd      EEXIST, error_text_eexist, ENODEV, error_text_enodev, EINVAL, error_text_einval
error_texts_end:
        dd      0, 0
error_text_eperm: db "Operation not permitted", 0
error_text_enoent: db "Unknown symbol in module", 0
error_text_eio: db "Input/output error", 0
error_text_enoexec: db "Invalid module format", 0
error_text_enomem: db "Cannot allocate memory", 0
error_text_ebusy: db "Device or resource busy", 0
error_text_eexist: db "File exists", 0
error_text_enodev: db "No such device", 0
error_text_einval: db "Invalid parameters", 0
unknown_error:  db "Unknown error", 0
insmod_name:    db "insmod", 0
rmmod_name:     db "rmmod", 0
        section .text
