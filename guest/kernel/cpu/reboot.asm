; reboot.asm: the two ways to leave.
;
;   machine_restart()     any context      asks the keyboard controller to pull the reset line
;   machine_power_off()   any context      writes "soft off" into the power management register

        section .text

; noreturn void machine_restart(void)
proc machine_restart
        cli
        call    uart_flush
        mov     al, I8042_CMD_RESET
        out     I8042_COMMAND, al
.stop:
        hlt
        jmp     .stop
endproc

; noreturn void machine_power_off(void)
proc machine_power_off
        pr      KERN_EMERG, "reboot: Power down"
        cli
        call    uart_flush
        mov     edx, ACPI_PM1A_CNT
        mov     eax, ACPI_SLP_EN
        out     dx, ax
.stop:
        hlt
        jmp     .stop
endproc
