/* irqdesc.h: a line, and who serves it: include/irq.inc's structures. */
#ifndef _LINUX_IRQDESC_H
#define _LINUX_IRQDESC_H

#include <linux/interrupt.h>

struct irq_chip {
	const char *name;
};

struct irqaction {
	irq_handler_t handler;
	void *dev_id;
	struct irqaction *next;
	irq_handler_t thread_fn;
	struct task_struct *thread;
	unsigned int irq;
	unsigned int flags;
	unsigned long thread_flags;
	unsigned long thread_mask;
	const char *name;
};

struct irq_desc {
	struct {
		unsigned int irq;
		struct irq_chip *chip;
	} irq_data;
	void (*handle_irq)(struct irq_desc *desc);
	struct irqaction *action;
	unsigned int depth;
	unsigned int istate;
	unsigned int kstat_irqs[NR_CPUS];
};

#endif
