; strerror.asm: errors in the C library's words.
;
;   strerror(error)               error negative, as a system call gave it

%macro error_text 2
        dd      %1, %%text
        section .data
%%text: db      %2, 0
        section .rodata
%endmacro

        section .rodata
        align   4
error_texts:
        error_text EPERM, "Operation not permitted"
        error_text ENOENT, "No such file or directory"
        error_text ESRCH, "No such process"
        error_text EINTR, "Interrupted system call"
        error_text EIO, "Input/output error"
        error_text ENXIO, "No such device or address"
        error_text E2BIG, "Argument list too long"
        error_text ENOEXEC, "Exec format error"
        error_text EBADF, "Bad file descriptor"
        error_text ECHILD, "No child processes"
        error_text EAGAIN, "Resource temporarily unavailable"
        error_text ENOMEM, "Cannot allocate memory"
        error_text EACCES, "Permission denied"
        error_text EFAULT, "Bad address"
        error_text EBUSY, "Device or resource busy"
        error_text EEXIST, "File exists"
        error_text ENODEV, "No such device"
        error_text ENOTDIR, "Not a directory"
        error_text EISDIR, "Is a directory"
        error_text EINVAL, "Invalid argument"
        error_text EMFILE, "Too many open files"
        error_text ENOTTY, "Inappropriate ioctl for device"
        error_text ENOSPC, "No space left on device"
        error_text ESPIPE, "Illegal seek"
        error_text EPIPE, "Broken pipe"
        error_text ERANGE, "Numerical result out of range"
        error_text ENAMETOOLONG, "File name too long"
        error_text ENOSYS, "Function not implemented"
        error_text ENOTEMPTY, "Directory not empty"
error_texts_end:
unknown_error:  db "Unknown error", 0

        section .text

; const char *strerror(int error)
proc strerror, .error
        mov     ecx, error_texts
.next:
        mov     eax, [ecx]
        add     eax, [ebp + .error]
        jz      .found
        add     ecx, 8
        cmp     ecx, error_texts_end
        jb      .next
        mov     eax, unknown_error
        return
.found:
        mov     eax, [ecx + 4]
endproc
