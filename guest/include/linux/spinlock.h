/* spinlock.h: keeping others out where nobody may sleep. */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/bottom_half.h>

typedef struct spinlock {
	unsigned long locked;                   /* bit 0: taken */
} spinlock_t;
typedef spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name) { 0 }
#define SPIN_LOCK_UNLOCKED      (spinlock_t){ 0 }
#define DEFINE_SPINLOCK(name)   spinlock_t name = { 0 }
#define spin_lock_init(lock)    do { (lock)->locked = 0; } while (0)
#define spin_is_locked(lock)    ((lock)->locked & 1)

void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
int spin_trylock(spinlock_t *lock);
void spin_lock_bh(spinlock_t *lock);
void spin_unlock_bh(spinlock_t *lock);

#define spin_lock_irq(lock)     do { local_irq_disable(); spin_lock(lock); } while (0)
#define spin_unlock_irq(lock)   do { unsigned long __f = X86_EFLAGS_IF | 2; __spin_unlock_irqrestore(lock, __f); } while (0)
unsigned long __spin_lock_irqsave(spinlock_t *lock) __asm__("spin_lock_irqsave");
void __spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags) __asm__("spin_unlock_irqrestore");
#define spin_lock_irqsave(lock, flags) do { (flags) = __spin_lock_irqsave(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) __spin_unlock_irqrestore(lock, flags)

#define raw_spin_lock(lock)     spin_lock(lock)
#define raw_spin_unlock(lock)   spin_unlock(lock)
#define raw_spin_lock_irqsave(lock, flags) spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) spin_unlock_irqrestore(lock, flags)

#endif
