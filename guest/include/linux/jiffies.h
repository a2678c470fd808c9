/* jiffies.h: time in ticks. */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/types.h>
#include <asm/param.h>

extern unsigned long volatile jiffies;
#define get_jiffies_64()        ((u64)jiffies)

unsigned long msecs_to_jiffies(unsigned int ms);
unsigned int jiffies_to_msecs(unsigned long ticks);
#define usecs_to_jiffies(us)    msecs_to_jiffies(((us) + 999) / 1000)
#define jiffies_to_usecs(ticks) (jiffies_to_msecs(ticks) * 1000)

#define time_after(a, b)        ((long)((b) - (a)) < 0)
#define time_before(a, b)       time_after(b, a)
#define time_after_eq(a, b)     ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)    time_after_eq(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)

#define MAX_JIFFY_OFFSET        ((~0UL >> 1) - 1)

#endif
