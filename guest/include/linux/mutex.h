/* mutex.h: keeping others out where one may sleep. */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/types.h>

struct mutex {
	struct task_struct *owner;
};

#define __MUTEX_INITIALIZER(name) { 0 }
#define DEFINE_MUTEX(name)      struct mutex name = { 0 }
#define mutex_init(m)           do { (m)->owner = 0; } while (0)
#define mutex_destroy(m)        do { } while (0)
#define mutex_is_locked(m)      ((m)->owner != 0)

void mutex_lock(struct mutex *m);
int mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
#define mutex_lock_interruptible(m) ({ mutex_lock(m); 0; })

#endif
