; ratelimit.asm: not letting a flood of one kind of message drown the rest.
;
;   printk_ratelimit(caller)      any context          1: say it; 0: there have been too many
;
; Linux's rule: a burst of ten in five seconds; when the next time begins, how many were swallowed.

RATELIMIT_INTERVAL equ 5 * HZ
RATELIMIT_BURST equ 10

        section .bss
        alignb  4
ratelimit_begin: resd 1                 ; jiffies
ratelimit_printed: resd 1
ratelimit_missed: resd 1

        section .text

; int printk_ratelimit(const char *caller)
proc printk_ratelimit, .caller
        pushfd
        cli
        mov     eax, [jiffies]
        sub     eax, [ratelimit_begin]
        cmp     eax, RATELIMIT_INTERVAL
        jbe     .same_time
        xor     ecx, ecx
        mov     [ratelimit_printed], ecx
        xchg    ecx, [ratelimit_missed]
        mov     eax, [jiffies]
        mov     [ratelimit_begin], eax
        test    ecx, ecx
        jz      .same_time
        pr      KERN_WARNING, "%s: %d callbacks suppressed", [ebp + .caller], ecx
.same_time:
        mov     eax, 1
        cmp     dword [ratelimit_printed], RATELIMIT_BURST
        jae     .too_many
        inc     dword [ratelimit_printed]
        jmp     .done
.too_many:
        inc     dword [ratelimit_missed]
        xor     eax, eax
.done:
        popfd
endproc
EXPORT_ALIAS __printk_ratelimit, printk_ratelimit
