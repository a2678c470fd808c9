/* compiler.h: what Linux asks of the compiler, by Linux's names. */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#ifndef __KERNEL__
#define __KERNEL__
#endif
#ifndef MODULE
#define MODULE
#endif

#define likely(x)               __builtin_expect(!!(x), 1)
#define unlikely(x)             __builtin_expect(!!(x), 0)
#define barrier()               __asm__ __volatile__("" : : : "memory")

#define __always_inline         inline __attribute__((__always_inline__))
#define noinline                __attribute__((__noinline__))
#define __maybe_unused          __attribute__((__unused__))
#define __always_unused         __attribute__((__unused__))
#define __used                  __attribute__((__used__))
#define __packed                __attribute__((__packed__))
#define __aligned(x)            __attribute__((__aligned__(x)))
#define __section(s)            __attribute__((__section__(s)))
#define __printf(a, b)          __attribute__((__format__(printf, a, b)))
#define __noreturn              __attribute__((__noreturn__))
#define __must_check
#define __deprecated
#define __weak                  __attribute__((__weak__))
#define __visible
#define fallthrough             __attribute__((__fallthrough__))
#define asmlinkage              __attribute__((__regparm__(0)))
#define notrace

/* What sparse checks and the compiler does not. */
#define __user
#define __kernel
#define __iomem
#define __force
#define __percpu
#define __rcu
#define __acquires(x)
#define __releases(x)

#define READ_ONCE(x)            (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)    (*(volatile __typeof__(x) *)&(x) = (value))
#define ACCESS_ONCE(x)          (*(volatile __typeof__(x) *)&(x))

#define ___PASTE(a, b)          a##b
#define __PASTE(a, b)           ___PASTE(a, b)
#define __UNIQUE_ID(prefix)     __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#define __stringify_1(x...)     #x
#define __stringify(x...)       __stringify_1(x)

/* How many arguments there are, up to three: some macros changed theirs over the years. */
#define __COUNT_ARGS_(a, b, c, n, ...) n
#define __COUNT_ARGS(...)       __COUNT_ARGS_(__VA_ARGS__, 3, 2, 1, 0)
#define __BY_COUNT(macro, ...)  __PASTE(macro, __COUNT_ARGS(__VA_ARGS__))(__VA_ARGS__)

#endif
