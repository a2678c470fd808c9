/* ktime.h: time since boot in nanoseconds; its grain is the timer chip's, 838 ns. */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

#include <linux/types.h>

u64 ktime_get_ns(void) __asm__("sched_clock_ns");
#define ktime_get()             ((ktime_t)ktime_get_ns())
#define ktime_to_ns(t)          ((s64)(t))
#define ktime_sub(a, b)         ((a) - (b))
#define ktime_add(a, b)         ((a) + (b))

#endif
