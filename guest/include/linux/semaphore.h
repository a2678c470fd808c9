/* semaphore.h: counted locks. */
#ifndef _LINUX_SEMAPHORE_H
#define _LINUX_SEMAPHORE_H

#include <linux/completion.h>

/* How many may still come in: a completion that begins with some done. */
struct semaphore {
	struct completion free;
};

#define DEFINE_SEMAPHORE(name)  struct semaphore name = { { 1 } }
static inline void sema_init(struct semaphore *s, int n) { s->free.done = n; }
static inline void down(struct semaphore *s) { wait_for_completion(&s->free); }
static inline int down_interruptible(struct semaphore *s) { down(s); return 0; }
static inline void up(struct semaphore *s) { complete(&s->free); }

#endif
