/* percpu.h: what each processor has for itself. A module's own per-CPU variables are one each: for CPU 0. */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/smp.h>

/* How far behind CPU 0's each CPU's copy lies. */
extern unsigned long __per_cpu_offset[];

#define DECLARE_PER_CPU(type, name)     extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name)      __typeof__(type) name

#define per_cpu_ptr(pointer, cpu) \
	((__typeof__(pointer))((char *)(pointer) + __per_cpu_offset[cpu]))
#define per_cpu(var, cpu)       (*per_cpu_ptr(&(var), cpu))
#define this_cpu_ptr(pointer)   per_cpu_ptr(pointer, smp_processor_id())
#define raw_cpu_ptr(pointer)    this_cpu_ptr(pointer)
#define __get_cpu_var(var)      (*this_cpu_ptr(&(var)))

#define this_cpu_read(var)      (*this_cpu_ptr(&(var)))
#define this_cpu_write(var, value) (*this_cpu_ptr(&(var)) = (value))
#define this_cpu_add(var, n)    (*this_cpu_ptr(&(var)) += (n))
#define this_cpu_inc(var)       this_cpu_add(var, 1)
#define this_cpu_dec(var)       this_cpu_add(var, -1)
#define __this_cpu_read(var)    this_cpu_read(var)
#define __this_cpu_write(var, value) this_cpu_write(var, value)
#define __this_cpu_inc(var)     this_cpu_inc(var)

#define get_cpu_var(var)        (*({ preempt_disable(); this_cpu_ptr(&(var)); }))
#define put_cpu_var(var)        preempt_enable()

#endif
