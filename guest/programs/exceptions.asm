; exceptions KIND: what else a program can run into: each kind is one exception. Alone it lists them.

%include "include/utility.inc"

SELECTOR_BEYOND_GDT equ 0x1003
EFLAGS_TF       equ 0x100

%macro exception_kind 3                 ; name, routine, what it is
        dd      %%name, %2, %%help
        section .data
%%name: db      %1, 0
%%help: db      %3, 0
        section .rodata
%endmacro

        section .rodata
        align   4
kinds:
        exception_kind "step", run_step, "#DB: the trap flag set, so one instruction is one trap"
        exception_kind "into", run_into, "#OF: into, with the overflow flag set"
        exception_kind "bound", run_bound, "#BR: an index outside its bounds"
        exception_kind "selector", run_selector, "#GP: a selector beyond the GDT"
        exception_kind "null", run_null, "#GP: the null selector into SS"
        exception_kind "kernel", run_kernel, "#GP: the kernel's data segment"
        exception_kind "cr0", run_cr0, "#GP: a control register"
        exception_kind "lidt", run_lidt, "#GP: a table that only the kernel may load"
        exception_kind "cr1", run_cr1, "#UD: a control register that there is not"
        exception_kind "lock", run_lock, "#UD: lock before an instruction that has none"
kinds_end:
bounds:         dd 0, 9

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        mov     esi, [ebp + .argv]
        mov     esi, [esi + 4]
        mov     ebx, kinds
.next:
        test    esi, esi
        jnz     .compare
        println "exceptions %-9s %s", [ebx], [ebx + 8]
        jmp     .other
.compare:
        ccall   strcmp, esi, [ebx]
        test    eax, eax
        jz      .found
.other:
        add     ebx, 12
        cmp     ebx, kinds_end
        jb      .next
        xor     eax, eax
        test    esi, esi
        jz      .done
        complain "exceptions: %s: no such kind", esi
        mov     eax, 1
        jmp     .done
.found:
        ccall   [ebx + 4]
        println "Never said."
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

proc run_step
        pushfd
        or      dword [esp], EFLAGS_TF
        popfd
        nop
endproc

proc run_into
        mov     al, 0x7f
        inc     al
        into
endproc

proc run_bound
        mov     eax, 10
        bound   eax, [bounds]
endproc

proc run_selector
        mov     eax, SELECTOR_BEYOND_GDT
        mov     es, ax
endproc

proc run_null
        xor     eax, eax
        mov     ss, ax
endproc

proc run_kernel
        mov     eax, 0x68               ; __KERNEL_DS
        mov     ds, ax
endproc

proc run_cr0
        mov     eax, cr0
endproc

proc run_lidt
        lidt    [bounds]
endproc

proc run_cr1
        db      0x0f, 0x20, 0xc8        ; mov eax, cr1
endproc

proc run_lock
        db      0xf0, 0x90              ; lock nop
endproc
