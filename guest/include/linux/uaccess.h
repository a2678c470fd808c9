/* uaccess.h: a program's memory. */
#ifndef _LINUX_UACCESS_H
#define _LINUX_UACCESS_H

#include <linux/types.h>
#include <linux/errno.h>

/* Bytes NOT copied: 0 is success. */
unsigned long copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long copy_to_user(void __user *to, const void *from, unsigned long n);
#define __copy_from_user        copy_from_user
#define __copy_to_user          copy_to_user
int __access_ok(const void *address, unsigned long n) __asm__("access_ok");
#define access_ok(...)          __BY_COUNT(__access_ok_, __VA_ARGS__)
#define __access_ok_2(address, n) __access_ok(address, n)
#define __access_ok_3(type, address, n) __access_ok(address, n)
#define VERIFY_READ             0
#define VERIFY_WRITE            1

#define put_user(value, pointer) \
	({ __typeof__(*(pointer)) __v = (value); copy_to_user(pointer, &__v, sizeof(__v)) ? -EFAULT : 0; })
#define get_user(var, pointer)                                          \
	({                                                              \
		__typeof__(*(pointer)) __v;                             \
		int __e = copy_from_user(&__v, pointer, sizeof(__v)) ? -EFAULT : 0; \
		(var) = __e ? 0 : __v;                                  \
		__e;                                                    \
	})

#endif
