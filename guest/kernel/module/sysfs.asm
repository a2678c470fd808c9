; sysfs.asm: /sys/module/NAME: a module's parameters, and how often it is in use.
;
;   module_sysfs_add(m), module_sysfs_remove(m)   load.asm
;
; A parameter appears when its permission is not 0; nobody may write it.

        section .text

; void module_sysfs_add(struct module *which)
proc module_sysfs_add, .which
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .which]
        lea     eax, [ebx + module.name]
        ccall   mkdir, [sys_module_folder], eax
        mov     [ebx + module.folder], eax
        test    eax, eax
        jz      .done
        ccall   create_seq, eax, refcnt_name, show_refcnt, 0, ebx
        mov     esi, [ebx + module.params]
        mov     edi, [ebx + module.num_params]
        test    edi, edi
        jz      .done
        ccall   mkdir, [ebx + module.folder], parameters_name
        mov     ebx, eax
        test    eax, eax
        jz      .done
.next:
        cmp     dword [esi + kernel_param.perm], 0
        je      .hidden
        ccall   create_seq, ebx, [esi + kernel_param.name], show_param, 0, esi
.hidden:
        add     esi, kernel_param_size
        dec     edi
        jnz     .next
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void module_sysfs_remove(struct module *which)
proc module_sysfs_remove, .which
        mov     ecx, [ebp + .which]
        xor     eax, eax
        xchg    eax, [ecx + module.folder]
        ccall   remove_inode, eax
endproc

; void show_refcnt(struct seq_file *m, struct module *which)
proc show_refcnt, .m, .which
        mov     eax, [ebp + .which]
        seqln   [ebp + .m], "%d", [eax + module.refcnt]
endproc

; void show_param(struct seq_file *m, const struct kernel_param *param)
proc show_param, .m, .param
        mov     edx, [ebp + .param]
        mov     eax, [edx + kernel_param.arg]
        mov     ecx, [edx + kernel_param.type]
        cmp     ecx, PARAM_CHARP
        je      .text
        cmp     ecx, PARAM_BOOL
        je      .bool
        cmp     ecx, PARAM_UINT
        je      .unsigned
        seqln   [ebp + .m], "%d", [eax]
        return
.unsigned:
        seqln   [ebp + .m], "%u", [eax]
        return
.text:
        seqln   [ebp + .m], "%s", [eax]
        return
.bool:
        mov     ecx, 'N'
        cmp     byte [eax], 0
        je      .letter_known
        mov     ecx, 'Y'
.letter_known:
        seqln   [ebp + .m], "%c", ecx
endproc

        section .rodata
refcnt_name:    db "refcnt", 0
parameters_name: db "parameters", 0
        section .text
