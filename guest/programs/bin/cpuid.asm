; cpuid: what the processor says of itself, read from /dev/cpu/0/cpuid: vendor, signature, features.

%include "include/utility.inc"

CPUID_BYTES     equ 16
FEATURE_FPU     equ 0x001
FEATURE_APIC    equ 0x200

        section .bss
        alignb  4
leaf:   resd    4                       ; eax, ebx, ecx, edx
vendor: resd    4

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        syscall SYS_OPEN, device, O_RDONLY
        mov     ebx, eax
        test    eax, eax
        js      .failed
        syscall SYS_READ, ebx, leaf, CPUID_BYTES
        cmp     eax, CPUID_BYTES
        jne     .failed
        mov     eax, [leaf + 4]
        mov     [vendor], eax
        mov     eax, [leaf + 12]
        mov     [vendor + 4], eax
        mov     eax, [leaf + 8]
        mov     [vendor + 8], eax
        mov     esi, [leaf]
        println "%s, leaves up to %d", vendor, esi
        syscall SYS_READ, ebx, leaf, CPUID_BYTES ; the file moves on by one leaf
        mov     eax, [leaf]
        mov     ecx, eax
        mov     edx, eax
        shr     eax, 8
        and     eax, 0xf
        shr     ecx, 4
        and     ecx, 0xf
        and     edx, 0xf
        println "family %d model %d stepping %d", eax, ecx, edx
        mov     eax, no_text
        test    dword [leaf + 12], FEATURE_FPU
        jz      .fpu
        mov     eax, yes_text
.fpu:
        mov     ecx, no_text
        test    dword [leaf + 12], FEATURE_APIC
        jz      .apic
        mov     ecx, yes_text
.apic:
        println "features %08x: FPU %s, APIC %s", [leaf + 12], eax, ecx
        xor     eax, eax
        jmp     .done
.failed:
        ccall   strerror, eax
        complain "cpuid: %s: %s", device, eax
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
endproc

        section .rodata
device: db "/dev/cpu/0/cpuid", 0
yes_text: db "yes", 0
no_text: db "no", 0
        section .text
