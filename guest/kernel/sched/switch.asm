; switch.asm: from one task to another.
;
;   context_switch(prev, next)   schedule(), interrupts off

; What waits on the kernel stack of a task that was switched away from, lowest first.
struc switch_frame
.edi:           resd 1
.esi:           resd 1
.ebx:           resd 1
.ebp:           resd 1
.return:        resd 1
endstruc

        section .text

; void context_switch(struct task *prev, struct task *next)
; Returns when prev is chosen again. A new task comes out at the address in its switch_frame.
proc context_switch, .prev, .next
        mov     eax, [ebp + .prev]
        mov     edx, [ebp + .next]
        mov     [this_cpu(current)], edx
        mov     ecx, [edx + task.stack_top]
        mov     [this_cpu(percpu_tss + tss.esp0)], ecx ; where ring 3 will enter the kernel
        mov     ecx, [edx + task.pgd]
        cmp     ecx, [eax + task.pgd]
        je      .same_space
        mov     cr3, ecx
.same_space:
        ; the ports that ring 3 may touch, if either has asked for any
        mov     ecx, [edx + task.io_bitmap]
        or      ecx, [eax + task.io_bitmap]
        jz      .same_ports
        ccall   switch_io_bitmap, edx
        mov     eax, [ebp + .prev]
        mov     edx, [ebp + .next]
.same_ports:
        leave
        ; from here on without a frame: the stack itself changes
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     [eax + task.esp], esp
        mov     esp, [edx + task.esp]
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret
  %pop                                  ; what endproc would do besides
