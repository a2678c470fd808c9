; trap.asm: `trap KIND`: the kernel makes a mistake on purpose.
;
; Each kind runs in a thread of its own, so that the oops takes that one and the shell lives on.

struc trap_kind
.name:          resd 1
.function:      resd 1
.help:          resd 1
endstruc

%macro kind 3                           ; name, routine, what it does
        dd      %%name, %2, %%help
        section .data
%%name: db      %1, 0
%%help: db      %3, 0
        section .rodata
%endmacro

WILD_ADDRESS    equ 0xdeadbee8          ; nothing is ever mapped there
SELECTOR_BEYOND_GDT equ GDT_ENTRIES * 8
STRAY_VECTOR    equ 56

        section .rodata
        align   4
trap_kinds:
        kind    "int3", trap_int3, "a breakpoint: reported, and the code goes on"
        kind    "divide", trap_divide, "divide by zero"
        kind    "overflow", trap_overflow, "into, with the overflow flag set"
        kind    "ud", trap_ud, "an instruction that is none"
        kind    "gp", trap_gp, "load a selector beyond the GDT"
        kind    "np", trap_np, "load a selector whose segment is not present"
        kind    "ss", trap_ss, "the same into the stack segment register"
        kind    "pf", trap_pf, "write where nothing is mapped"
        kind    "null", trap_null, "read through a null pointer"
        kind    "ro", trap_ro, "write into the kernel's own code"
        kind    "nested", trap_nested, "divide by zero three calls deep: see the trace"
        kind    "df", trap_df, "divide by zero while the divide error's gate is away: a double fault"
        kind    "stack", trap_stack, "call itself until the stack is used up: a double fault, too"
        kind    "vector", trap_vector, "int 56, a vector that nobody claims"
trap_kinds_end:

        section .text

; int trap_command(const char *arguments)
proc trap_command, .arguments
        push    ebx
        push    esi
        mov     ebx, trap_kinds
.next:
        mov     esi, [ebp + .arguments]
        cmp     byte [esi], 0
        je      .list
        ccall   strcmp, esi, [ebx + trap_kind.name]
        test    eax, eax
        jz      .found
        jmp     .another
.list:
        println "trap %-8s  %s", [ebx + trap_kind.name], [ebx + trap_kind.help]
.another:
        add     ebx, trap_kind_size
        cmp     ebx, trap_kinds_end
        jb      .next
        cmp     byte [esi], 0
        je      .done
        println "trap: %s: no such kind", esi
        jmp     .done
.found:
        ccall   kthread_run_child, [ebx + trap_kind.function], 0, trap_thread_name
        test    eax, eax
        jz      .no_task
        ccall   wait_task, eax
        ccall   report_status, eax
        ccall   set_gate, X86_TRAP_DE, GATE_INTERRUPT32 ; trap_df took it away
        jmp     .done
.no_task:
        println "trap: too many tasks"
.done:
        xor     eax, eax
        pop     esi
        pop     ebx
endproc

; Each is a thread's main routine. Registers are set to plain values first: the oops shows them.

proc trap_int3, .unused
        int3
        xor     eax, eax
endproc

proc trap_divide, .unused
        mov     eax, 1
        xor     edx, edx
        xor     ecx, ecx
        div     ecx
endproc

proc trap_overflow, .unused
        xor     ecx, ecx
        xor     edx, edx
        mov     eax, 0x7fffffff
        inc     eax
        into
        xor     eax, eax
endproc

proc trap_ud, .unused
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        ud2
endproc

proc trap_gp, .unused
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     eax, SELECTOR_BEYOND_GDT
        mov     es, ax
endproc

proc trap_np, .unused
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     eax, __NOT_PRESENT_DS
        mov     es, ax
endproc

proc trap_ss, .unused
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     eax, __NOT_PRESENT_DS
        mov     ss, ax
endproc

proc trap_pf, .unused
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     [WILD_ADDRESS], eax
endproc

proc trap_null, .unused
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     eax, [eax]
endproc

proc trap_ro, .unused
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     [trap_ro], eax
endproc

proc trap_nested, .unused
        call    nested_outer
endproc

proc nested_outer
        call    nested_inner
endproc

proc nested_inner
        ccall   trap_divide, 0
endproc

; The processor finds no gate for the first exception: that is the second one (SDM volume 3, 6.15).
proc trap_df, .unused
        ccall   set_gate, X86_TRAP_DE, 0
        mov     eax, 1
        xor     edx, edx
        xor     ecx, ecx
        div     ecx
endproc

proc trap_stack, .unused
        ccall   trap_stack, 0
endproc

proc trap_vector, .unused
        int     STRAY_VECTOR
        xor     eax, eax
endproc

        section .rodata
trap_thread_name: db "trap", 0
        section .text
