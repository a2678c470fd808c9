/* kthread.h: threads that live in the kernel only. */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/err.h>

#define __KTHREAD_NAME_LEN 40

struct task_struct *__kthread_create(int (*fn)(void *), void *arg, const char *name) __asm__("kthread_create");
struct task_struct *__kthread_run(int (*fn)(void *), void *arg, const char *name) __asm__("kthread_run");
int kthread_stop(struct task_struct *task);
bool __kthread_should_stop(void) __asm__("kthread_should_stop");
#define kthread_should_stop()   __kthread_should_stop()

#define __kthread_named(make, fn, arg, format, ...)                     \
	({                                                              \
		char __name[__KTHREAD_NAME_LEN];                        \
		struct task_struct *__task;                             \
		snprintf(__name, sizeof(__name), format, ##__VA_ARGS__); \
		__task = make(fn, arg, __name);                         \
		__task ? __task : (struct task_struct *)ERR_PTR(-ENOMEM); \
	})
#define kthread_create(fn, arg, format, ...) __kthread_named(__kthread_create, fn, arg, format, ##__VA_ARGS__)
#define kthread_run(fn, arg, format, ...) __kthread_named(__kthread_run, fn, arg, format, ##__VA_ARGS__)

#endif
