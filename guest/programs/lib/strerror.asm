; strerror.asm: errors in the C library's words.
;
;   strerror(error)               error negative, as a system call gave it
;   error_name(error)             "ENOENT"; 0: not one of ours

        section .rodata
        align   4
error_texts:
        numbered_text EPERM, "EPERM", "Operation not permitted"
        numbered_text ENOENT, "ENOENT", "No such file or directory"
        numbered_text ESRCH, "ESRCH", "No such process"
        numbered_text EINTR, "EINTR", "Interrupted system call"
        numbered_text EIO, "EIO", "Input/output error"
        numbered_text ENXIO, "ENXIO", "No such device or address"
        numbered_text E2BIG, "E2BIG", "Argument list too long"
        numbered_text ENOEXEC, "ENOEXEC", "Exec format error"
        numbered_text EBADF, "EBADF", "Bad file descriptor"
        numbered_text ECHILD, "ECHILD", "No child processes"
        numbered_text EAGAIN, "EAGAIN", "Resource temporarily unavailable"
        numbered_text ENOMEM, "ENOMEM", "Cannot allocate memory"
        numbered_text EACCES, "EACCES", "Permission denied"
        numbered_text EFAULT, "EFAULT", "Bad address"
        numbered_text EBUSY, "EBUSY", "Device or resource busy"
        numbered_text EEXIST, "EEXIST", "File exists"
        numbered_text ENODEV, "ENODEV", "No such device"
        numbered_text ENOTDIR, "ENOTDIR", "Not a directory"
        numbered_text EISDIR, "EISDIR", "Is a directory"
        numbered_text EINVAL, "EINVAL", "Invalid argument"
        numbered_text EMFILE, "EMFILE", "Too many open files"
        numbered_text ENOTTY, "ENOTTY", "Inappropriate ioctl for device"
        numbered_text ENOSPC, "ENOSPC", "No space left on device"
        numbered_text ESPIPE, "ESPIPE", "Illegal seek"
        numbered_text EPIPE, "EPIPE", "Broken pipe"
        numbered_text ERANGE, "ERANGE", "Numerical result out of range"
        numbered_text ENAMETOOLONG, "ENAMETOOLONG", "File name too long"
        numbered_text ENOSYS, "ENOSYS", "Function not implemented"
        numbered_text ENOTEMPTY, "ENOTEMPTY", "Directory not empty"
error_texts_end:
unknown_error:  db "Unknown error", 0

        section .text

; const char *strerror(int error)
proc strerror, .error
        neg     dword [ebp + .error]
        ccall   find_words, error_texts, error_texts_end, [ebp + .error]
        test    eax, eax
        jnz     .done
        mov     eax, unknown_error
.done:
endproc

; const char *error_name(int error)
proc error_name, .error
        neg     dword [ebp + .error]
        ccall   find_words, error_texts, error_texts_end, [ebp + .error]
        test    eax, eax
        jz      .done
        ccall   name_after, eax
.done:
endproc
