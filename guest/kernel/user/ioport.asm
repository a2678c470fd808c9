; ioport.asm: ring 3 may touch ports that it has asked for.
;
;   sys_ioperm(from, count, on)   process              some ports, by the TSS's port map
;   sys_iopl(level)               process              all of them, by EFLAGS.IOPL
;   switch_io_bitmap(next)        context_switch       the map goes with the task
;
; In the map a bit that is set forbids the port (SDM volume 1, 18.5.2). A task without a map of its
; own runs with one that begins beyond the TSS's limit, which forbids them all.

IO_BITMAP_PORTS equ 0x10000
EFLAGS_IOPL_SHIFT equ 12

        section .text

; long sys_ioperm(u32 from, u32 count, int on)
proc sys_ioperm, .from, .count, .on
        push    ebx
        push    esi
        mov     esi, [this_cpu(current)]
        mov     eax, [ebp + .from]
        mov     ecx, -EINVAL
        add     eax, [ebp + .count]
        jc      .error
        cmp     eax, IO_BITMAP_PORTS
        ja      .error
        mov     ebx, [esi + task.io_bitmap]
        test    ebx, ebx
        jnz     .have_map
        ccall   kmalloc, IO_BITMAP_BYTES, GFP_KERNEL
        mov     ebx, eax
        mov     ecx, -ENOMEM
        test    eax, eax
        jz      .error
        ccall   memset, ebx, 0xff, IO_BITMAP_BYTES
        mov     [esi + task.io_bitmap], ebx
.have_map:
        mov     ecx, [ebp + .from]
        mov     edx, [ebp + .count]
.next:
        dec     edx
        js      .changed
        bts     [ebx], ecx
        cmp     dword [ebp + .on], 0
        je      .forbidden
        btr     [ebx], ecx
.forbidden:
        inc     ecx
        jmp     .next
.changed:
        pushfd
        cli
        ccall   switch_io_bitmap, esi
        popfd
        xor     ecx, ecx
.error:
        mov     eax, ecx
        pop     esi
        pop     ebx
endproc

; long sys_iopl(u32 level)
proc sys_iopl, .level
        mov     eax, -EINVAL
        mov     ecx, [ebp + .level]
        cmp     ecx, 3
        ja      .done
        shl     ecx, EFLAGS_IOPL_SHIFT
        mov     edx, [this_cpu(current)]
        mov     edx, [edx + task.stack_top]
        sub     edx, pt_regs_size
        and     dword [edx + pt_regs.eflags], ~(3 << EFLAGS_IOPL_SHIFT)
        or      [edx + pt_regs.eflags], ecx
        xor     eax, eax
.done:
endproc

; void switch_io_bitmap(const struct task *next)        interrupts off; eax, ecx, edx lost
proc switch_io_bitmap, .next
        mov     edx, [ebp + .next]
        mov     edx, [edx + task.io_bitmap]
        test    edx, edx
        jz      .none
        mov     ecx, IO_BITMAP_BYTES / 4
.copy:
        mov     eax, [edx + ecx * 4 - 4]
        mov     [this_cpu(tss_io_bitmap + ecx * 4 - 4)], eax
        dec     ecx
        jnz     .copy
        mov     word [this_cpu(percpu_tss + tss.iomap_base)], tss_size
        return
.none:
        mov     word [this_cpu(percpu_tss + tss.iomap_base)], TSS_LIMIT + 1
endproc

; void free_io_bitmap(struct task *which)
proc free_io_bitmap, .which
        mov     ecx, [ebp + .which]
        xor     eax, eax
        xchg    eax, [ecx + task.io_bitmap]
        ccall   kfree, eax
endproc
