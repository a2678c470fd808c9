; char_device.asm: a lesson: a device of one's own whose read raises a software interrupt.
;
;       insmod char_device.ko           /dev/lothars_device; vector 56 leads nowhere
;       insmod char_device.ko connect=1 vector 56 leads to the handlers of IRQ 11
;       cat /dev/lothars_device
;       rmmod char_device

%include "include/kernel.inc"
        extern  request_irq, free_irq, irq_to_desc, alloc_chrdev_region, unregister_chrdev_region
        extern  cdev_init, cdev_add, cdev_del, __class_create, class_destroy, device_create, device_destroy
        extern  copy_to_user, __this_module
        module_license "GPL"

VECTOR          equ 56
LINE            equ 11

        section .data
        align   4
connect:        dd 0
number:         dd 0
class_made:     dd 0
operations:     dd __this_module, 0, read_device, 0, 0, 0, 0, 0, 0, 0
        module_param connect, PARAM_INT
        section .bss
        alignb  4
my_cdev:        resb cdev_size
        section .rodata
my_name:        db "lothars_device", 0
class_name:     db "lothars_class", 0
text:           db "raised", NEWLINE
TEXT_SIZE       equ $ - text

        section .text

proc init_module
        push    ebx
        ccall   request_irq, LINE, handler, 0, my_name, my_name
        mov     ebx, eax
        test    eax, eax
        jnz     .done
        cmp     dword [connect], 0
        je      .not_connected
        ccall   irq_to_desc, LINE
        mov     [this_cpu(vector_irq + VECTOR * 4)], eax
.not_connected:
        ccall   alloc_chrdev_region, number, 0, 1, my_name
        ccall   cdev_init, my_cdev, operations
        ccall   cdev_add, my_cdev, [number], 1
        ccall   __class_create, __this_module, class_name
        mov     [class_made], eax
        ccall   device_create, eax, 0, [number], 0, my_name
.done:
        mov     eax, ebx
        pop     ebx
endproc

; irqreturn_t handler(int line, void *dev)
proc handler, .line, .dev
        pr      KERN_INFO, "char_device: handler of line %d", [ebp + .line]
        mov     eax, IRQ_HANDLED
endproc

; ssize_t read_device(struct file *, char *buffer, u32 count, loff_t *place)
proc read_device, .file, .buffer, .count, .place
        xor     eax, eax
        mov     ecx, [ebp + .place]
        cmp     [ecx], eax
        jne     .done                   ; once: then it is at its end
        cmp     dword [ebp + .count], TEXT_SIZE
        jb      .done
        int     VECTOR
        ccall   copy_to_user, [ebp + .buffer], text, TEXT_SIZE
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     ecx, [ebp + .place]
        mov     eax, TEXT_SIZE
        mov     [ecx], eax
.done:
endproc

proc cleanup_module
        mov     dword [this_cpu(vector_irq + VECTOR * 4)], 0
        ccall   device_destroy, [class_made], [number]
        ccall   class_destroy, [class_made]
        ccall   cdev_del, my_cdev
        ccall   unregister_chrdev_region, [number], 1
        ccall   free_irq, LINE, my_name
endproc
