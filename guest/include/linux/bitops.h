/* bitops.h: single bits, some of them atomically. */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/types.h>

#define BIT(nr)         (1UL << (nr))
#define BITS_PER_BYTE   8
#define BIT_MASK(nr)    (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)    ((nr) / BITS_PER_LONG)
#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define GENMASK(h, l)   (((~0UL) << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))

static inline void set_bit(long nr, volatile unsigned long *at)
{
	__asm__ __volatile__("lock btsl %1, %0" : "+m"(*at) : "Ir"(nr) : "memory");
}

static inline void clear_bit(long nr, volatile unsigned long *at)
{
	__asm__ __volatile__("lock btrl %1, %0" : "+m"(*at) : "Ir"(nr) : "memory");
}

static inline void change_bit(long nr, volatile unsigned long *at)
{
	__asm__ __volatile__("lock btcl %1, %0" : "+m"(*at) : "Ir"(nr) : "memory");
}

static inline int test_and_set_bit(long nr, volatile unsigned long *at)
{
	bool was;
	__asm__ __volatile__("lock btsl %2, %0; setc %1" : "+m"(*at), "=q"(was) : "Ir"(nr) : "memory", "cc");
	return was;
}

static inline int test_and_clear_bit(long nr, volatile unsigned long *at)
{
	bool was;
	__asm__ __volatile__("lock btrl %2, %0; setc %1" : "+m"(*at), "=q"(was) : "Ir"(nr) : "memory", "cc");
	return was;
}

static inline int test_and_change_bit(long nr, volatile unsigned long *at)
{
	bool was;
	__asm__ __volatile__("lock btcl %2, %0; setc %1" : "+m"(*at), "=q"(was) : "Ir"(nr) : "memory", "cc");
	return was;
}

static inline int test_bit(long nr, const volatile unsigned long *at)
{
	return (at[nr / BITS_PER_LONG] >> (nr % BITS_PER_LONG)) & 1;
}

#define __set_bit(nr, at)       set_bit(nr, at)
#define __clear_bit(nr, at)     clear_bit(nr, at)

static inline unsigned long __ffs(unsigned long word) { return __builtin_ctzl(word); }
static inline int ffs(int x) { return __builtin_ffs(x); }
static inline int fls(unsigned int x) { return x ? 32 - __builtin_clz(x) : 0; }

static inline unsigned int hweight32(unsigned int w)
{
	unsigned int n = 0;
	for (; w; w &= w - 1)
		n++;
	return n;
}

#endif
