/* kernel.h: container_of, min and max, numbers from text, printk. */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/bug.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/math64.h>

#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))

#define ARRAY_SIZE(a)           (sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)      (((n) + (d) - 1) / (d))
#define ALIGN(x, a)             (((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define round_up(x, y)          ALIGN(x, y)
#define round_down(x, y)        ((x) & ~((__typeof__(x))(y) - 1))
#define roundup(x, y)           ((((x) + (y) - 1) / (y)) * (y))

#define min(x, y)               ({ __auto_type __x = (x); __auto_type __y = (y); __x < __y ? __x : __y; })
#define max(x, y)               ({ __auto_type __x = (x); __auto_type __y = (y); __x > __y ? __x : __y; })
#define min_t(type, x, y)       ({ type __x = (x); type __y = (y); __x < __y ? __x : __y; })
#define max_t(type, x, y)       ({ type __x = (x); type __y = (y); __x > __y ? __x : __y; })
#define clamp(v, lo, hi)        min((__typeof__(v))max(v, lo), hi)
#define swap(a, b)              do { __typeof__(a) __t = (a); (a) = (b); (b) = __t; } while (0)
#define abs(x)                  ({ __typeof__(x) __a = (x); __a < 0 ? -__a : __a; })

#define INT_MAX                 __INT_MAX__
#define INT_MIN                 (-INT_MAX - 1)
#define UINT_MAX                (~0U)
#define LONG_MAX                __LONG_MAX__
#define ULONG_MAX               (~0UL)
#define U8_MAX                  ((u8)~0U)
#define U16_MAX                 ((u16)~0U)
#define U32_MAX                 ((u32)~0U)

#define PAGE_SHIFT              12
#define PAGE_SIZE               4096UL

__printf(2, 3) int sprintf(char *buffer, const char *format, ...);
__printf(3, 4) int snprintf(char *buffer, size_t size, const char *format, ...);
__printf(3, 4) int scnprintf(char *buffer, size_t size, const char *format, ...);
__printf(3, 0) int vsnprintf(char *buffer, size_t size, const char *format, va_list args);

/* Numbers from text: 0, or -EINVAL. base 0 takes 0x. */
int kstrtoint(const char *text, unsigned int base, int *result);
#define kstrtouint(text, base, result)  kstrtoint(text, base, (int *)(result))
#define kstrtol(text, base, result)     kstrtoint(text, base, (int *)(result))
#define kstrtoul(text, base, result)    kstrtoint(text, base, (int *)(result))
long simple_strtol(const char *text, char **end, unsigned int base);
#define simple_strtoul(text, end, base) ((unsigned long)simple_strtol(text, end, base))

void ___might_sleep(void);
#define might_sleep()           ___might_sleep()

void panic(const char *format, ...) __noreturn;

#define trace_printk(fmt, ...)  printk(KERN_DEBUG fmt, ##__VA_ARGS__)

#endif
