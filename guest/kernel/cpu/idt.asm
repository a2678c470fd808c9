; idt.asm: 256 gates, and the 256 stubs they lead to.
;
; A stub makes all vectors look alike: it pushes an error code where the processor pushed none, and
; its vector; then everything goes the one way in (entry.asm). All gates are interrupt gates, so
; interrupts are off until the handler has looked at what it must.
;
;   idt_init()            boot                         build the table and load it

VECTOR_STUB_SIZE equ 16

        section .text
        align   VECTOR_STUB_SIZE
vector_stubs:
%assign vector 0
%rep NR_VECTORS
        align   VECTOR_STUB_SIZE
  %if vector < NR_EXCEPTIONS
    %if ((ERROR_CODE_VECTORS >> vector) & 1) = 0
        cfi_trap_frame 0
        push    dword 0
    %else
        cfi_trap_frame 4
    %endif
  %else
        cfi_trap_frame 0
        push    dword 0
  %endif
        push    dword vector
        jmp     common_entry
  %assign vector vector + 1
%endrep

        section .bss
        alignb  8
idt:            resq NR_VECTORS

        section .data
idt_pointer:
        dw      NR_VECTORS * 8 - 1
        dd      idt

        section .text

; void idt_init(void)
proc idt_init
        push    ebx
        xor     ebx, ebx
.next:
        ccall   set_gate, ebx, GATE_INTERRUPT32
        inc     ebx
        cmp     ebx, NR_VECTORS
        jb      .next
        ; int n from ring 3 reaches these three; any other is a general protection fault there
        ccall   set_gate, X86_TRAP_BP, GATE_INTERRUPT32 | GATE_DPL3
        ccall   set_gate, X86_TRAP_OF, GATE_INTERRUPT32 | GATE_DPL3
        ccall   set_gate, SYSCALL_VECTOR, GATE_INTERRUPT32 | GATE_DPL3
        lidt    [idt_pointer]
        pop     ebx
endproc

; void set_gate(int vector_number, u32 type)
; The gate of a vector to its stub (SDM volume 3, figure 6-2).
proc set_gate, .vector_number, .type
        mov     ecx, [ebp + .vector_number]
        mov     eax, ecx
        shl     eax, 4                  ; * VECTOR_STUB_SIZE
        add     eax, vector_stubs
        lea     ecx, [idt + ecx * 8]
        mov     [ecx], ax               ; offset 15-0
        shr     eax, 16
        mov     [ecx + 6], ax           ; offset 31-16
        mov     word [ecx + 2], __KERNEL_CS
        mov     byte [ecx + 4], 0
        mov     eax, [ebp + .type]
        mov     [ecx + 5], al
endproc
