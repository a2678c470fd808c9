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
        ccall   param_set, [ebx + kernel_param.type], [ebx + kernel_param.arg], [ebp + .value]
        test    eax, eax
        jnz     .invalid
.good:
        xor     eax, eax
        jmp     .done
.unknown:
        lea     eax, [edi + module.name]
        pr      KERN_WARNING, "%s: unknown parameter '%s' ignored", eax, [ebp + .name]
        jmp     .good
.invalid:
        lea     eax, [edi + module.name]
        pr      KERN_ERR, "%s: `%s' invalid for parameter `%s'", eax, [ebp + .value], [ebp + .name]
        mov     eax, -EINVAL
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int param_set(u32 type, void *arg, const char *value)         0 or -EINVAL; value 0: none given
proc param_set, .type, .arg, .value
.number         equ -4
        sub     esp, 4
        push    ebx
        push    esi
        mov     esi, [ebp + .arg]
        mov     ebx, [ebp + .value]
        cmp     dword [ebp + .type], PARAM_BOOL
        je      .bool
        test    ebx, ebx
        jz      .invalid
        cmp     dword [ebp + .type], PARAM_CHARP
        je      .text
        cmp     dword [ebp + .type], PARAM_STRING
        je      .string
        cmp     dword [ebp + .type], PARAM_ARRAY
        je      .array
        lea     eax, [ebp + .number]
        ccall   kstrtoint, ebx, 0, eax
        test    eax, eax
        jnz     .done
        mov     eax, [ebp + .number]
        cmp     dword [ebp + .type], PARAM_SHORT
        je      .short
        cmp     dword [ebp + .type], PARAM_USHORT
        je      .short
        cmp     dword [ebp + .type], PARAM_BYTE
        je      .byte
        mov     [esi], eax
        jmp     .good
.short:
        mov     [esi], ax
        jmp     .good
.byte:
        mov     [esi], al
        jmp     .good
.text:
        ccall   kstrdup, ebx, GFP_KERNEL ; lives as long as the kernel: nobody knows who kept it
        test    eax, eax
        jz      .invalid
        mov     [esi], eax
        jmp     .good
.string:
        ccall   strlen, ebx
        cmp     eax, [esi + kparam_array.max]
        jae     .invalid
        ccall   strcpy, [esi + kparam_array.elements], ebx
        jmp     .good
.array:
        ccall   param_set_array, esi, ebx
        jmp     .done
.bool:
        test    ebx, ebx
        jz      .true
        mov     al, [ebx]
        cmp     al, '1'
        je      .true
        cmp     al, '0'
        je      .false
        or      al, LOWER_CASE
        cmp     al, 'y'
        je      .true
        cmp     al, 'n'
        jne     .invalid
.false:
        mov     byte [esi], 0
        jmp     .good
.true:
        mov     byte [esi], 1
.good:
        xor     eax, eax
        jmp     .done
.invalid:
        mov     eax, -EINVAL
.done:
        pop     esi
        pop     ebx
endproc

; int param_set_array(const struct kparam_array *array, char *values)   0 or -EINVAL
; The commas become ends.
proc param_set_array, .array, .values
.place          equ -4
.count          equ -8
        sub     esp, 8
        push    ebx
        push    esi
        mov     esi, [ebp + .array]
        mov     eax, [esi + kparam_array.elements]
        mov     [ebp + .place], eax
        mov     dword [ebp + .count], 0
        mov     ebx, [ebp + .values]
.next:
        mov     ecx, [ebp + .count]
        cmp     ecx, [esi + kparam_array.max]
        jae     .invalid
        ccall   strchr, ebx, ','
        test    eax, eax
        jz      .last
        mov     byte [eax], 0
        inc     eax
.last:
        push    eax
        ccall   param_set, [esi + kparam_array.type], [ebp + .place], ebx
        pop     ebx
        test    eax, eax
        jnz     .done
        ccall   param_bytes, [esi + kparam_array.type]
        add     [ebp + .place], eax
        inc     dword [ebp + .count]
        test    ebx, ebx
        jnz     .next
        mov     ecx, [esi + kparam_array.num]
        test    ecx, ecx
        jz      .good
        mov     eax, [ebp + .count]
        mov     [ecx], eax
.good:
        xor     eax, eax
        jmp     .done
.invalid:
        mov     eax, -EINVAL
.done:
        pop     esi
        pop     ebx
endproc

; u32 param_bytes(u32 type)
proc param_bytes, .type
        mov     ecx, [ebp + .type]
        mov     eax, 1
        cmp     ecx, PARAM_BYTE
        je      .done
        cmp     ecx, PARAM_BOOL
        je      .done
        inc     eax
        cmp     ecx, PARAM_SHORT
        je      .done
        cmp     ecx, PARAM_USHORT
        je      .done
        mov     eax, 4
.done:
endproc
