/* math64.h: 64-bit values divided by 32-bit ones, for which gcc would call a library. */
#ifndef _LINUX_MATH64_H
#define _LINUX_MATH64_H

#include <linux/types.h>

static inline u64 div_u64_rem(u64 n, u32 d, u32 *rest)
{
	u32 high = n >> 32, low = n, q_high = high / d, q_low, r = high % d;

	__asm__("divl %4" : "=a"(q_low), "=d"(r) : "0"(low), "1"(r), "rm"(d));
	*rest = r;
	return ((u64)q_high << 32) | q_low;
}

static inline u64 div_u64(u64 n, u32 d)
{
	u32 rest;

	return div_u64_rem(n, d, &rest);
}

#define do_div(n, base) ({ u32 __rest; (n) = div_u64_rem(n, base, &__rest); __rest; })

#endif
