; stray_interrupt: int 56 from ring 3. Its gate is the kernel's own, so the processor refuses with a
; general protection fault whose error code names the gate: 56 * 8 + 2.

%include "include/program.inc"

STRAY_VECTOR    equ 56

main:
        say     "Calling int 56."
        int     STRAY_VECTOR
        say     "Never said."
        xor     eax, eax
        ret
