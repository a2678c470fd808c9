/* init.h: what runs once. Its code stays in memory here, so that traces can name it. */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define __init          __section(".init.text")
#define __exit          __section(".exit.text") __used
#define __initdata      __section(".init.data")
#define __initconst     __section(".init.rodata")
#define __exitdata      __section(".exit.data")
#define __devinit
#define __devexit
#define __devinitdata

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

/* A semicolon behind these may be there or not. */
#define module_init(fn)                                                 \
	static inline __maybe_unused initcall_t __inittest(void) { return (initcall_t)(fn); } \
	int init_module(void) __attribute__((__alias__(#fn)));
#define module_exit(fn)                                                 \
	static inline __maybe_unused exitcall_t __exittest(void) { return (exitcall_t)(fn); } \
	void cleanup_module(void) __attribute__((__alias__(#fn)));

#define late_initcall(fn)       module_init(fn)
#define device_initcall(fn)     module_init(fn)

#endif
