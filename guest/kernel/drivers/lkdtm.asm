; lkdtm.asm: the kernel makes a mistake on purpose, as Linux's dump test module does.
;
;   lkdtm_init()                  boot
;
; What a process writes into /sys/kernel/debug/provoke-crash/DIRECT is what it wants to see go wrong,
; and goes wrong in its own system call: the oops takes that process. Reading gives the kinds.

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
        kind    "triple", trap_triple, "int3 without an IDT: a third fault resets the machine"
trap_kinds_end:

        section .text

; void lkdtm_init(void)
proc lkdtm_init
        ccall   mkdir, [sys_folder], sys_kernel_name
        ccall   mkdir, eax, debug_name
        ccall   mkdir, eax, provoke_name
        ccall   create_seq, eax, direct_name, show_trap_kinds, provoke_trap, 0
endproc

; void show_trap_kinds(struct seq_file *m, void *)
proc show_trap_kinds, .m, .private
        push    ebx
        mov     ebx, trap_kinds
.next:
        seqln   [ebp + .m], "trap %-8s  %s", [ebx + trap_kind.name], [ebx + trap_kind.help]
        add     ebx, trap_kind_size
        cmp     ebx, trap_kinds_end
        jb      .next
        pop     ebx
endproc

; int provoke_trap(const char *text, u32 length, void *)        0, if it lives; -EINVAL: no such kind
proc provoke_trap, .text, .length, .private
        push    ebx
        push    esi
        push    edi
        ccall   set_gate, X86_TRAP_DE, GATE_INTERRUPT32 ; trap_df took it away
        mov     ebx, trap_kinds
.next:
        ccall   has_word, [ebp + .text], [ebx + trap_kind.name]
        test    eax, eax
        jnz     .found
        add     ebx, trap_kind_size
        cmp     ebx, trap_kinds_end
        jb      .next
        mov     eax, -EINVAL
        jmp     .done
.found:
        xor     esi, esi                ; an address of the heap would not be the same everywhere
        xor     edi, edi
        ccall   [ebx + trap_kind.function]
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; Registers are set to plain values first: the oops shows them.

proc trap_int3
        int3
        xor     eax, eax
endproc

proc trap_divide
        mov     eax, 1
        xor     edx, edx
        xor     ecx, ecx
        div     ecx
endproc

proc trap_overflow
        xor     ecx, ecx
        xor     edx, edx
        mov     eax, 0x7fffffff
        inc     eax
        into
        xor     eax, eax
endproc

proc trap_ud
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        ud2
endproc

proc trap_gp
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     eax, SELECTOR_BEYOND_GDT
        mov     es, ax
endproc

proc trap_np
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     eax, __NOT_PRESENT_DS
        mov     es, ax
endproc

proc trap_ss
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     eax, __NOT_PRESENT_DS
        mov     ss, ax
endproc

proc trap_pf
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     [WILD_ADDRESS], eax
endproc

proc trap_null
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     eax, [eax]
endproc

proc trap_ro
        xor     ecx, ecx
        xor     edx, edx
        xor     eax, eax
        mov     [trap_ro], eax
endproc

proc trap_nested
        call    nested_outer
endproc

proc nested_outer
        call    nested_inner
endproc

proc nested_inner
        call    trap_divide
endproc

; The processor finds no gate for the first exception: that is the second one (SDM volume 3, 6.15).
proc trap_df
        ccall   set_gate, X86_TRAP_DE, 0
        mov     eax, 1
        xor     edx, edx
        xor     ecx, ecx
        div     ecx
endproc

proc trap_stack
        call    trap_stack
endproc

proc trap_triple
        lidt    [.no_idt]
        int3
        section .rodata
        align   4
.no_idt:
        dw      0
        dd      0
        section .text
endproc

proc trap_vector
        int     STRAY_VECTOR
        xor     eax, eax
endproc

        section .rodata
sys_kernel_name: db "kernel", 0
debug_name:     db "debug", 0
provoke_name:   db "provoke-crash", 0
direct_name:    db "DIRECT", 0
        section .text
