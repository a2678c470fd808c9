/* hardirq.h: preempt.h's, under the name it once had. */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

#include <linux/preempt.h>
#include <linux/irqflags.h>

void synchronize_irq(unsigned int irq);

#endif
