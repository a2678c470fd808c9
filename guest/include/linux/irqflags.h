/* irqflags.h: whether this CPU lets interrupts in. */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <linux/types.h>

#define X86_EFLAGS_IF   0x00000200

static inline unsigned long arch_local_save_flags(void)
{
	unsigned long flags;
	__asm__ __volatile__("pushfl; popl %0" : "=rm"(flags) : : "memory");
	return flags;
}

static inline void arch_local_irq_restore(unsigned long flags)
{
	__asm__ __volatile__("pushl %0; popfl" : : "g"(flags) : "memory", "cc");
}

#define local_irq_disable()     __asm__ __volatile__("cli" : : : "memory")
#define local_irq_enable()      __asm__ __volatile__("sti" : : : "memory")
#define local_save_flags(flags) do { (flags) = arch_local_save_flags(); } while (0)
#define local_irq_save(flags)   do { (flags) = arch_local_save_flags(); local_irq_disable(); } while (0)
#define local_irq_restore(flags) arch_local_irq_restore(flags)
#define irqs_disabled_flags(flags) (!((flags) & X86_EFLAGS_IF))
#define irqs_disabled()         irqs_disabled_flags(arch_local_save_flags())

#endif
