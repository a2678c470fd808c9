/* wait.h: sleeping until a condition holds. */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/sched.h>
#include <linux/irqflags.h>
#include <linux/spinlock.h>

/* Its address is what one sleeps on; it holds nothing. */
struct wait_queue_head {
	spinlock_t lock;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { { 0 } }
#define DECLARE_WAIT_QUEUE_HEAD(name)   wait_queue_head_t name = { { 0 } }
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define init_waitqueue_head(q)          do { (q)->lock.locked = 0; } while (0)

void __wake_up_queue(wait_queue_head_t *q) __asm__("wake_up");
void __sleep_on(wait_queue_head_t *q) __asm__("sleep_on");
void __interruptible_sleep_on(wait_queue_head_t *q) __asm__("interruptible_sleep_on");
unsigned long __sleep_on_timeout(wait_queue_head_t *q, unsigned long ticks, int state) __asm__("sleep_on_timeout");

#define wake_up(q)                      __wake_up_queue(q)
#define wake_up_all(q)                  __wake_up_queue(q)
#define wake_up_interruptible(q)        __wake_up_queue(q)
#define wake_up_interruptible_all(q)    __wake_up_queue(q)

/* The last look at the condition and the falling asleep may not be torn apart: interrupts are off. */
#define wait_event(q, condition)                                        \
	do {                                                            \
		unsigned long __flags;                                  \
		while (!(condition)) {                                  \
			local_irq_save(__flags);                        \
			if (!(condition))                               \
				__sleep_on(&(q));                       \
			local_irq_restore(__flags);                     \
		}                                                       \
	} while (0)

#define wait_event_interruptible(q, condition)                          \
	({                                                              \
		unsigned long __flags;                                  \
		int __ret = 0;                                          \
		while (!(condition)) {                                  \
			if (signal_pending(current)) {                  \
				__ret = -ERESTARTSYS;                   \
				break;                                  \
			}                                               \
			local_irq_save(__flags);                        \
			if (!(condition))                               \
				__interruptible_sleep_on(&(q));         \
			local_irq_restore(__flags);                     \
		}                                                       \
		__ret;                                                  \
	})

/* The ticks left, at least 1 when the condition holds; 0: time is out. */
#define wait_event_timeout(q, condition, timeout)                       \
	({                                                              \
		unsigned long __flags, __left = (timeout);              \
		while (!(condition) && __left) {                        \
			local_irq_save(__flags);                        \
			if (!(condition))                               \
				__left = __sleep_on_timeout(&(q), __left, TASK_UNINTERRUPTIBLE); \
			local_irq_restore(__flags);                     \
		}                                                       \
		(long)((condition) ? (__left ? __left : 1) : 0);        \
	})
#define wait_event_interruptible_timeout(q, condition, timeout) wait_event_timeout(q, condition, timeout)

#endif
