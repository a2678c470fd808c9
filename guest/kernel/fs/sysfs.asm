; sysfs.asm: /sys: what there is, and what of it may be changed.
;
;   sysfs_init()                  boot                 /sys, with class, devices and module
;
; Classes fill /sys/class (fs/devfs.asm), work queues /sys/devices/virtual/workqueue
; (bh/workqueue_sysfs.asm), modules /sys/module (module/sysfs.asm).

        section .bss
        alignb  4
sys_folder:     resd 1
sys_class_folder: resd 1
sys_virtual_folder: resd 1              ; /sys/devices/virtual
sys_module_folder: resd 1

        section .text

; void sysfs_init(void)
proc sysfs_init
        ccall   mkdir, [root_inode], sys_name
        mov     [sys_folder], eax
        ccall   mkdir, eax, sys_class_name
        mov     [sys_class_folder], eax
        ccall   mkdir, [sys_folder], sys_devices_name
        ccall   mkdir, eax, sys_virtual_name
        mov     [sys_virtual_folder], eax
        ccall   mkdir, [sys_folder], sys_module_name
        mov     [sys_module_folder], eax
endproc

        section .rodata
sys_name:       db "sys", 0
sys_class_name: db "class", 0
sys_devices_name: db "devices", 0
sys_virtual_name: db "virtual", 0
sys_module_name: db "module", 0
        section .text
