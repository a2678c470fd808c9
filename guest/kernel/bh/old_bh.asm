; old_bh.asm: the bottom halves of before Linux 2.6, of which the immediate queue was what drivers used.
;
;   queue_task(task, queue)       any context          1, or 0: it is on a queue already
;   mark_bh(nr)                   any context          IMMEDIATE_BH: run tq_immediate, before all else
;
; As Linux 2.4 had it: mark_bh schedules a tasklet of HI_SOFTIRQ.

IMMEDIATE_BH    equ 9

        section .data
        align   4
tq_immediate:   dd 0                    ; the newest first
immediate_bh:   dd 0, 0, 0, run_task_queue, tq_immediate
        section .text

; int queue_task(struct tq_struct *task, struct tq_struct **queue)
proc queue_task, .task, .queue
        pushfd
        cli
        xor     eax, eax
        mov     ecx, [ebp + .task]
        bts     dword [ecx + tq_struct.sync], 0
        jc      .done
        mov     edx, [ebp + .queue]
        mov     eax, [edx]
        mov     [ecx + tq_struct.next], eax
        mov     [edx], ecx
        mov     eax, 1
.done:
        popfd
endproc
EXPORT_SYMBOL queue_task
EXPORT_SYMBOL tq_immediate

; void mark_bh(int nr)
proc mark_bh, .nr
        cmp     dword [ebp + .nr], IMMEDIATE_BH
        jne     .nobody                 ; the others had their own code in the kernel
        ccall   tasklet_hi_schedule, immediate_bh
.nobody:
endproc
EXPORT_SYMBOL mark_bh

; void run_task_queue(unsigned long queue)      softirq; in the order in which they were queued
proc run_task_queue, .queue
        push    ebx
        push    esi
        mov     ecx, [ebp + .queue]
        xor     eax, eax
        xchg    eax, [ecx]
        xor     ebx, ebx
.turn_round:
        test    eax, eax
        jz      .next
        mov     edx, [eax + tq_struct.next]
        mov     [eax + tq_struct.next], ebx
        mov     ebx, eax
        mov     eax, edx
        jmp     .turn_round
.next:
        test    ebx, ebx
        jz      .done
        mov     esi, [ebx + tq_struct.next]
        mov     dword [ebx + tq_struct.sync], 0
        ccall   [ebx + tq_struct.routine], [ebx + tq_struct.data]
        mov     ebx, esi
        jmp     .next
.done:
        pop     esi
        pop     ebx
endproc
