/* bug.h: what must not happen. */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/printk.h>

#define BUG()                   __asm__ __volatile__("ud2")
#define BUG_ON(condition)       do { if (unlikely(condition)) BUG(); } while (0)
#define WARN(condition, fmt, ...)                                       \
	({                                                              \
		int __warn = !!(condition);                             \
		if (unlikely(__warn)) {                                 \
			printk(KERN_WARNING fmt, ##__VA_ARGS__);        \
			dump_stack();                                   \
		}                                                       \
		unlikely(__warn);                                       \
	})
#define WARN_ON(condition)                                              \
	WARN(condition, "WARNING: %s at %s:%d\n", #condition, __FILE__, __LINE__)
#define WARN_ON_ONCE(condition)                                         \
	({ static bool __warned; bool __c = !!(condition);              \
	   if (__c && !__warned) { __warned = true; WARN_ON(1); } __c; })
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)

#endif
