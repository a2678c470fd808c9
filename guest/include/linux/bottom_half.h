/* bottom_half.h: holding softirqs off on this CPU; it nests. */
#ifndef _LINUX_BH_H
#define _LINUX_BH_H

void local_bh_disable(void);
void local_bh_enable(void);

#endif
