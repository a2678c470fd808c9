/* atomic.h: counters that several contexts change. */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>

#define ATOMIC_INIT(i)  { (i) }

static inline int atomic_read(const atomic_t *v) { return *(const volatile int *)&v->counter; }
static inline void atomic_set(atomic_t *v, int i) { *(volatile int *)&v->counter = i; }

static inline int atomic_fetch_add(int i, atomic_t *v)
{
	__asm__ __volatile__("lock xaddl %0, %1" : "+r"(i), "+m"(v->counter) : : "memory", "cc");
	return i;
}

static inline int atomic_add_return(int i, atomic_t *v) { return i + atomic_fetch_add(i, v); }
static inline int atomic_sub_return(int i, atomic_t *v) { return atomic_add_return(-i, v); }
static inline void atomic_add(int i, atomic_t *v) { atomic_fetch_add(i, v); }
static inline void atomic_sub(int i, atomic_t *v) { atomic_fetch_add(-i, v); }
static inline void atomic_inc(atomic_t *v) { atomic_fetch_add(1, v); }
static inline void atomic_dec(atomic_t *v) { atomic_fetch_add(-1, v); }
#define atomic_inc_return(v)            atomic_add_return(1, v)
#define atomic_dec_return(v)            atomic_add_return(-1, v)
#define atomic_inc_and_test(v)          (atomic_add_return(1, v) == 0)
#define atomic_dec_and_test(v)          (atomic_add_return(-1, v) == 0)
#define atomic_sub_and_test(i, v)       (atomic_sub_return(i, v) == 0)
#define atomic_add_negative(i, v)       (atomic_add_return(i, v) < 0)

static inline int atomic_xchg(atomic_t *v, int new)
{
	__asm__ __volatile__("xchgl %0, %1" : "+r"(new), "+m"(v->counter) : : "memory");
	return new;
}

static inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	__asm__ __volatile__("lock cmpxchgl %2, %1" : "+a"(old), "+m"(v->counter) : "r"(new) : "memory", "cc");
	return old;
}

static inline int atomic_add_unless(atomic_t *v, int a, int u)
{
	int c = atomic_read(v), old;
	while (c != u && (old = atomic_cmpxchg(v, c, c + a)) != c)
		c = old;
	return c != u;
}
#define atomic_inc_not_zero(v)          atomic_add_unless(v, 1, 0)

#define smp_mb()        __asm__ __volatile__("lock addl $0, 0(%%esp)" : : : "memory", "cc")
#define mb()            smp_mb()
#define rmb()           smp_mb()
#define wmb()           barrier()
#define smp_rmb()       barrier()
#define smp_wmb()       barrier()
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic()  barrier()

#endif
