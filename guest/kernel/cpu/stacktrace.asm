; stacktrace.asm: who called whom.
;
;   dump_stack()          any context                  who called me
;   show_trace(ebp)       any context                  the callers above that frame
;   show_trace_of(regs)   any context                  the callers of what was interrupted
;
; The kernel's own routines keep an ebp frame each, and that chain is followed. A module's need not: a
; compiler uses ebp for what it likes. Where the chain leads into a module, the words of the stack are
; looked at one by one for return addresses, until one leads back into the kernel.

STACK_NONE      equ 0
STACK_TASK      equ 1
STACK_HARDIRQ   equ 2
STACK_SOFTIRQ   equ 3
TRACE_DEPTH     equ 24                  ; more callers than any path has
CALL_REL32      equ 0xe8                ; the opcode, and how long the instruction is
CALL_REL32_SIZE equ 5
GROUP5          equ 0xff                ; call of an address in a register or memory:
MODRM_REG       equ 0x38                ; ... its ModRM byte has 2
MODRM_CALL      equ 0x10                ; ... here

        section .bss
        alignb  4
trace_stack:    resd 1                  ; where the trace being shown is; guarded by the console's lock

        section .text

; void dump_stack(void)
proc dump_stack
        call    console_lock
        mov     eax, [this_cpu(current)]
        lea     edx, [eax + task.comm]
        pr      KERN_EMERG, "CPU: %d PID: %d Comm: %s Not tainted", \
                [this_cpu(cpu_number)], [eax + task.pid], edx
        pr      KERN_EMERG, "Call Trace:"
        ccall   show_trace, ebp
        call    console_unlock
endproc
EXPORT_SYMBOL dump_stack

; void show_trace(const u32 *ebp)
; [ebp] the caller's ebp, [ebp + 4] the return address. Through an exception or interrupt it goes on with
; the code that was interrupted, and marks, as Linux does, what lies on another stack than the task's.
proc show_trace, .frame
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .frame]
        mov     edi, TRACE_DEPTH
        mov     dword [trace_stack], STACK_TASK
.next:
        ccall   stack_kind, ebx
        test    eax, eax
        jz      .done
        ccall   show_stack_change, eax
        mov     esi, [ebx + 4]
        ccall   is_kernel_text, esi
        test    eax, eax
        jz      .done
        pr      KERN_EMERG, " %pS", esi
        lea     ecx, [ebx + 8]          ; above it: what the caller had pushed
        cmp     esi, common_entry_return
        jne     .caller
        mov     eax, [ebx + 8]          ; the handler's argument: struct pt_regs *
        test    dword [eax + pt_regs.cs], RPL_MASK
        jnz     .from_user
        mov     esi, [eax + pt_regs.eip]
        push    eax
        pr      KERN_EMERG, " %pS", esi
        pop     ecx
        add     ecx, pt_regs_size_ring0
.caller:
        mov     ebx, [ebx]
        push    ecx
        ccall   module_of_address, esi
        pop     ecx
        test    eax, eax
        jz      .count
        ccall   show_module_callers, ecx, ebx
        mov     ebx, eax
.count:
        dec     edi
        jnz     .next
        jmp     .done
.from_user:
        pr      KERN_EMERG, "EIP: 0x%08x", [eax + pt_regs.eip]
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_trace_of(const struct pt_regs *regs)        the callers of what was interrupted; from ring 0
proc show_trace_of, .regs
        push    ebx
        mov     ebx, [ebp + .regs]
        ccall   module_of_address, [ebx + pt_regs.eip]
        mov     ecx, [ebx + pt_regs.ebp]
        test    eax, eax
        jz      .frame
        lea     eax, [ebx + pt_regs_size_ring0]
        push    eax
        ccall   stack_kind, eax
        mov     [trace_stack], eax
        pop     eax
        ccall   show_module_callers, eax, ecx
        mov     ecx, eax
.frame:
        ccall   show_trace, ecx
        pop     ebx
endproc

; u32 *show_module_callers(const u32 *from, u32 *frame)
; From the words above a module's routine to the kernel's that called it; gives that one's frame, or 0.
; frame is what ebp held in the module: the kernel's frame, unless the module has made its own or used
; ebp for something else. Then it has saved the kernel's in one of the words passed over.
proc show_module_callers, .from, .frame
.left           equ -4
        sub     esp, 4
        push    ebx
        push    esi
        mov     dword [ebp + .left], TRACE_DEPTH
        ccall   find_kernel_caller, [ebp + .from], [ebp + .frame]
        mov     esi, eax                ; where the return address into the kernel lies
        test    eax, eax
        jz      .lost
        mov     ebx, [ebp + .from]
.next:
        cmp     ebx, esi
        je      .kernel
        ccall   is_return_address, [ebx]
        test    eax, eax
        jz      .other
        ccall   module_of_address, [ebx]
        test    eax, eax
        jz      .other                  ; left over from a call long ago
        pr      KERN_EMERG, " %pS", [ebx]
        dec     dword [ebp + .left]
        jz      .lost
.other:
        add     ebx, 4
        jmp     .next
.kernel:
        pr      KERN_EMERG, " %pS", [esi]
        ccall   kernel_frame_above, [ebp + .from], esi, [ebp + .frame]
        jmp     .done
.lost:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; u32 *find_kernel_caller(const u32 *from, const u32 *frame)
; Words that were never written may hold return addresses of old. Below the kernel's frame the last one
; is the true one; without a frame, the first.
proc find_kernel_caller, .from, .frame
        push    ebx
        push    esi
        push    edi
        xor     esi, esi
        ccall   is_frame, [ebp + .frame]
        mov     edi, eax
        mov     ebx, [ebp + .from]
.next:
        test    edi, edi
        jz      .no_frame
        cmp     ebx, [ebp + .frame]
        jae     .done
.no_frame:
        ccall   stack_kind, ebx
        cmp     eax, [trace_stack]
        jne     .done
        ccall   is_return_address, [ebx]
        test    eax, eax
        jz      .other
        ccall   module_of_address, [ebx]
        test    eax, eax
        jnz     .other
        mov     esi, ebx
        test    edi, edi
        jz      .done
.other:
        add     ebx, 4
        jmp     .next
.done:
        test    esi, esi
        jnz     .found
        test    edi, edi
        jz      .found
        mov     esi, [ebp + .frame]     ; the module's own frame: the address is its caller's
        add     esi, 4
.found:
        mov     eax, esi
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 *kernel_frame_above(const u32 *from, const u32 *place, u32 *frame)
; Of who is returned to by the word at place: what ebp held, or what the module had saved of it.
proc kernel_frame_above, .from, .place, .frame
        push    ebx
        mov     eax, [ebp + .frame]
.chain:
        push    eax
        ccall   is_frame, eax
        mov     ecx, eax
        pop     eax
        test    ecx, ecx
        jz      .saved
        cmp     eax, [ebp + .from]
        jb      .done                   ; another stack
        cmp     eax, [ebp + .place]
        ja      .done
        mov     eax, [eax]              ; the module's own
        jmp     .chain
.saved:
        mov     ebx, [ebp + .place]
.word:
        sub     ebx, 4
        cmp     ebx, [ebp + .from]
        jb      .none
        ccall   is_frame, [ebx]
        test    eax, eax
        jz      .word
        mov     eax, [ebx]
        jmp     .done
.none:
        xor     eax, eax
.done:
        pop     ebx
endproc

; int is_frame(u32 address)             could ebp have pointed there?
proc is_frame, .address
        test    dword [ebp + .address], 3
        jnz     .no
        ccall   stack_kind, [ebp + .address]
        test    eax, eax
        jz      .no
        mov     eax, [ebp + .address]
        ccall   is_return_address, [eax + 4]
        return
.no:
        xor     eax, eax
endproc

; int is_return_address(u32 address)    is there a call right before it?
proc is_return_address, .address
        ccall   is_kernel_text, [ebp + .address]
        test    eax, eax
        jz      .done
        mov     ecx, [ebp + .address]
        cmp     byte [ecx - CALL_REL32_SIZE], CALL_REL32
        je      .yes
        ; FF /2 with no displacement, with one of 8 bits or a SIB byte, with both, with 32 bits, with all
        mov     edx, 2
.indirect:
        sub     ecx, edx
        mov     ax, [ecx]
        add     ecx, edx
        and     eax, MODRM_REG << 8 | 0xff
        cmp     eax, MODRM_CALL << 8 | GROUP5
        je      .yes
        inc     edx
        cmp     edx, 7
        jbe     .indirect
        xor     eax, eax
        return
.yes:
        mov     eax, 1
.done:
endproc

; void show_stack_change(int kind)      the trace goes on there
proc show_stack_change, .kind
        mov     ecx, [trace_stack]
        mov     eax, [ebp + .kind]
        cmp     eax, ecx
        je      .same
        mov     [trace_stack], eax
        cmp     ecx, STACK_TASK
        je      .begin
        pr      KERN_EMERG, " </%s>", [stack_names + ecx * 4]
.begin:
        mov     eax, [trace_stack]
        cmp     eax, STACK_TASK
        je      .same
        pr      KERN_EMERG, " <%s>", [stack_names + eax * 4]
.same:
endproc

; int stack_kind(u32 address)           on which stack of this CPU two words may be read there
proc stack_kind, .address
        mov     edx, [this_cpu(current)]
        mov     eax, STACK_TASK
        mov     ecx, [ebp + .address]
        sub     ecx, [edx + task.stack_top]
        add     ecx, THREAD_SIZE
        cmp     ecx, THREAD_SIZE - 8
        jbe     .known
        mov     eax, STACK_HARDIRQ
        mov     ecx, [ebp + .address]
        sub     ecx, [this_cpu(hardirq_stack_top)]
        add     ecx, IRQ_STACK_SIZE
        cmp     ecx, IRQ_STACK_SIZE - 8
        jbe     .known
        mov     eax, STACK_SOFTIRQ
        mov     ecx, [ebp + .address]
        sub     ecx, [this_cpu(softirq_stack_top)]
        add     ecx, IRQ_STACK_SIZE
        cmp     ecx, IRQ_STACK_SIZE - 8
        jbe     .known
        mov     eax, STACK_NONE
.known:
endproc

; int is_kernel_text(u32 address)
proc is_kernel_text, .address
        mov     eax, [ebp + .address]   ; not 0 is yes
        cmp     eax, _text
        jb      .module
        cmp     eax, _etext
        jb      .done
.module:
        ccall   module_of_address, eax
.done:
endproc

        section .rodata
        align   4
stack_names:    dd 0, 0, hardirq_stack_name, softirq_stack_name
hardirq_stack_name: db "IRQ", 0
softirq_stack_name: db "SOFTIRQ", 0
        section .text
