; strerror.asm: errors in the C library's words.
;
;   strerror(error)               error negative, as a system call gave it
;   error_name(error)             "ENOENT"; 0: not one of ours

%macro error_text 3                     ; number, name, words
        dd      %1, %%text
        section .data
%%text: db      %3, 0, %2, 0
        section .rodata
%endmacro

        section .rodata
        align   4
error_texts:
        error_text EPERM, "EPERM", "Operation not permitted"
        error_text ENOENT, "ENOENT", "No such file or directory"
        error_text ESRCH, "ESRCH", "No such process"
        error_text EINTR, "EINTR", "Interrupted system call"
        error_text EIO, "EIO", "Input/output error"
        error_text ENXIO, "ENXIO", "No such device or address"
        error_text E2BIG, "E2BIG", "Argument list too long"
        error_text ENOEXEC, "ENOEXEC", "Exec format error"
        error_text EBADF, "EBADF", "Bad file descriptor"
        error_text ECHILD, "ECHILD", "No child processes"
        error_text EAGAIN, "EAGAIN", "Resource temporarily unavailable"
        error_text ENOMEM, "ENOMEM", "Cannot allocate memory"
        error_text EACCES, "EACCES", "Permission denied"
        error_text EFAULT, "EFAULT", "Bad address"
        error_text EBUSY, "EBUSY", "Device or resource busy"
        error_text EEXIST, "EEXIST", "File exists"
        error_text ENODEV, "ENODEV", "No such device"
        error_text ENOTDIR, "ENOTDIR", "Not a directory"
        error_text EISDIR, "EISDIR", "Is a directory"
        error_text EINVAL, "EINVAL", "Invalid argument"
        error_text EMFILE, "EMFILE", "Too many open files"
        error_text ENOTTY, "ENOTTY", "Inappropriate ioctl for device"
        error_text ENOSPC, "ENOSPC", "No space left on device"
        error_text ESPIPE, "ESPIPE", "Illegal seek"
        error_text EPIPE, "EPIPE", "Broken pipe"
        error_text ERANGE, "ERANGE", "Numerical result out of range"
        error_text ENAMETOOLONG, "ENAMETOOLONG", "File name too long"
        error_text ENOSYS, "ENOSYS", "Function not implemented"
        error_text ENOTEMPTY, "ENOTEMPTY", "Directory not empty"
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

; const char *error_name(int error)     it lies behind its words
proc error_name, .error
        push    ebx
        ccall   strerror, [ebp + .error]
        mov     ebx, eax
        xor     eax, eax
        cmp     ebx, unknown_error
        je      .done
        ccall   strlen, ebx
        lea     eax, [ebx + eax + 1]
.done:
        pop     ebx
endproc
