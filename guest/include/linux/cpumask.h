/* cpumask.h: sets of processors. There is one so far. */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <linux/types.h>

#define NR_CPUS 1

typedef struct cpumask {
	unsigned long bits[1];
} cpumask_t;
typedef cpumask_t cpumask_var_t[1];

#define nr_cpu_ids              NR_CPUS
#define num_online_cpus()       NR_CPUS
#define num_possible_cpus()     NR_CPUS
#define num_present_cpus()      NR_CPUS
#define cpu_online(cpu)         ((unsigned int)(cpu) < NR_CPUS)
#define cpu_possible(cpu)       cpu_online(cpu)
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < NR_CPUS; (cpu)++)
#define for_each_possible_cpu(cpu) for_each_online_cpu(cpu)
#define for_each_present_cpu(cpu) for_each_online_cpu(cpu)

static inline const struct cpumask *cpumask_of(unsigned int cpu)
{
	static const struct cpumask first = { { 1 } };
	return cpu == 0 ? &first : NULL;
}

#endif
