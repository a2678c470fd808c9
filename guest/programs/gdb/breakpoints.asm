; breakpoints.asm: int3 in the program's code, for as long as it runs.

MAX_BREAKPOINTS equ 16
BREAKPOINT_OPCODE equ 0xcc              ; int3

struc breakpoint
.address:       resd 1
.word:          resd 1                  ; what was there
endstruc

        section .bss
        alignb  4
breakpoints:    resb breakpoint_size * MAX_BREAKPOINTS
breakpoint_count: resd 1
breakpoint_hit: resd 1                  ; the number of the one it stopped at, or 0

        section .text

; void command_break(char *rest)        *ADDRESS
proc command_break, .rest
        mov     eax, [ebp + .rest]
        cmp     byte [eax], '*'
        jne     .usage
        inc     eax
        ccall   address_of, eax
        mov     edx, [breakpoint_count]
        cmp     edx, MAX_BREAKPOINTS
        jae     .full
        mov     [breakpoints + edx * breakpoint_size + breakpoint.address], eax
        inc     edx
        mov     [breakpoint_count], edx
        println "Breakpoint %d at 0x%x", edx, eax
        return
.usage:
        println "break *ADDRESS"
        return
.full:
        println "No more than %d breakpoints.", MAX_BREAKPOINTS
endproc

; int breakpoint_at(u32 address)        its number, from 1; 0: none
proc breakpoint_at, .address
        mov     ecx, [breakpoint_count]
        mov     eax, [ebp + .address]
.next:
        dec     ecx
        js      .none
        cmp     [breakpoints + ecx * breakpoint_size + breakpoint.address], eax
        jne     .next
        lea     eax, [ecx + 1]
        return
.none:
        xor     eax, eax
endproc

; void insert_breakpoints(void)
proc insert_breakpoints
        push    ebx
        mov     dword [breakpoint_hit], 0
        mov     ebx, breakpoints
.next:
        call    .behind_last
        jae     .done
        lea     eax, [ebx + breakpoint.word]
        syscall SYS_PTRACE, PTRACE_PEEKTEXT, [tracee], [ebx + breakpoint.address], eax
        mov     eax, [ebx + breakpoint.word]
        mov     al, BREAKPOINT_OPCODE
        syscall SYS_PTRACE, PTRACE_POKETEXT, [tracee], [ebx + breakpoint.address], eax
        test    eax, eax
        jz      .inserted
        println "Cannot access memory at address 0x%x", [ebx + breakpoint.address]
.inserted:
        add     ebx, breakpoint_size
        jmp     .next
.done:
        pop     ebx
        return

; carry: ebx is one of them
.behind_last:
        mov     eax, [breakpoint_count]
        lea     eax, [breakpoints + eax * breakpoint_size]
        cmp     ebx, eax
        ret
endproc

; void remove_breakpoints(void)         the last first: two may share a word
proc remove_breakpoints
        push    ebx
        mov     ebx, [breakpoint_count]
.next:
        dec     ebx
        js      .done
        lea     ecx, [breakpoints + ebx * breakpoint_size]
        syscall SYS_PTRACE, PTRACE_POKETEXT, [tracee], [ecx + breakpoint.address], [ecx + breakpoint.word]
        jmp     .next
.done:
        pop     ebx
endproc

; void at_breakpoint(void)              if it stopped at one: back to the instruction that stands there
proc at_breakpoint
        ccall   stop_signal, [tracee_status]
        cmp     eax, SIGTRAP
        jne     .done
        mov     eax, [regs + user_regs.eip]
        dec     eax
        push    eax
        ccall   breakpoint_at, eax
        pop     ecx
        mov     [breakpoint_hit], eax
        test    eax, eax
        jz      .done
        mov     [regs + user_regs.eip], ecx
        syscall SYS_PTRACE, PTRACE_POKEUSR, [tracee], user_regs.eip, ecx
.done:
endproc
