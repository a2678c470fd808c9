; param.asm: `insmod m.ko irq=12`: a module's parameters.
;
;   module_parse_args(m, arguments)    load.asm        0 or -EINVAL
;
; arguments are blank-separated, name=value. One that the module does not have is said and passed over.

PARAM_WORD_SIZE equ 64

        section .text

; int module_parse_args(struct module *which, const char *arguments)
proc module_parse_args, .which, .arguments
.word           equ -PARAM_WORD_SIZE
        sub     esp, PARAM_WORD_SIZE
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .arguments]
.next:
        ccall   skip_spaces, esi
        mov     esi, eax
        cmp     byte [esi], 0
        je      .good
        ; the word, its = made an end; edi is the value, or 0
        lea     ebx, [ebp + .word]
        xor     edi, edi
.letter:
        mov     al, [esi]
        cmp     al, SPACE
        jbe     .word_ends
        lea     ecx, [ebp + .word + PARAM_WORD_SIZE - 1]
        cmp     ebx, ecx
        jae     .skip
        cmp     al, '='
        jne     .store
        test    edi, edi
        jnz     .store
        lea     edi, [ebx + 1]
        xor     eax, eax
.store:
        mov     [ebx], al
        inc     ebx
.skip:
        inc     esi
        jmp     .letter
.word_ends:
        mov     byte [ebx], 0
        lea     eax, [ebp + .word]
        ccall   set_param, [ebp + .which], eax, edi
        test    eax, eax
        jz      .next
        jmp     .done
.good:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int set_param(struct module *which, const char *name, const char *value)      value 0: none given
proc set_param, .which, .name, .value
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .which]
        mov     ebx, [edi + module.params]
        mov     esi, [edi + module.num_params]
.next:
        dec     esi
        js      .unknown
        ccall   strcmp, [ebx + kernel_param.name], [ebp + .name]
        test    eax, eax
        jz      .found
        add     ebx, kernel_param_size
        jmp     .next
.found:
        mov     esi, [ebx + kernel_param.arg]
        cmp     dword [ebx + kernel_param.type], PARAM_BOOL
        je      .bool
        cmp     dword [ebp + .value], 0
        je      .invalid
        cmp     dword [ebx + kernel_param.type], PARAM_CHARP
        je      .text
        lea     eax, [ebp + .which]     ; serves as a place for the end
        ccall   strtol, [ebp + .value], eax
        mov     ecx, [ebp + .which]
        cmp     byte [ecx], 0
        jne     .invalid
        cmp     ecx, [ebp + .value]
        je      .invalid
        mov     [esi], eax
        jmp     .good
.text:
        ccall   strlen, [ebp + .value]
        inc     eax
        ccall   kmalloc, eax, GFP_KERNEL ; lives as long as the kernel: nobody knows who kept it
        test    eax, eax
        jz      .invalid
        mov     [esi], eax
        ccall   strlcpy, eax, [ebp + .value], PARAM_WORD_SIZE
        jmp     .good
.bool:
        mov     ecx, [ebp + .value]
        test    ecx, ecx
        jz      .true
        mov     al, [ecx]
        cmp     al, 'n'
        je      .false
        cmp     al, 'N'
        je      .false
        cmp     al, '0'
        je      .false
.true:
        mov     byte [esi], 1
        jmp     .good
.false:
        mov     byte [esi], 0
        jmp     .good
.unknown:
        lea     eax, [edi + module.name]
        pr      KERN_WARNING, "%s: unknown parameter '%s' ignored", eax, [ebp + .name]
.good:
        xor     eax, eax
        jmp     .done
.invalid:
        lea     eax, [edi + module.name]
        pr      KERN_ERR, "%s: `%s' invalid for parameter `%s'", eax, [ebp + .value], [ebp + .name]
        mov     eax, -EINVAL
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc
