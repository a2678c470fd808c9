/* cpu.h: linux/cpumask.h and linux/smp.h. */
#ifndef _LINUX_CPU_H
#define _LINUX_CPU_H

#include <linux/smp.h>

#endif
