/* preempt.h: in which context this code runs. */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/types.h>

#define PREEMPT_MASK	0x000000ffUL
#define SOFTIRQ_MASK	0x0000ff00UL
#define HARDIRQ_MASK	0x000f0000UL
#define NMI_MASK	0x00100000UL
#define PREEMPT_OFFSET	0x00000001UL
#define SOFTIRQ_OFFSET	0x00000100UL
#define HARDIRQ_OFFSET	0x00010000UL
#define NMI_OFFSET	0x00100000UL

int preempt_count(void);
void preempt_disable(void);
void preempt_enable(void);
#define preempt_enable_no_resched() preempt_enable()

#define hardirq_count()         (preempt_count() & HARDIRQ_MASK)
#define softirq_count()         (preempt_count() & SOFTIRQ_MASK)
#define irq_count()             (preempt_count() & (HARDIRQ_MASK | SOFTIRQ_MASK | NMI_MASK))

#define in_irq()                (hardirq_count())
#define in_hardirq()            (hardirq_count())
#define in_softirq()            (softirq_count())
#define in_interrupt()          (irq_count())
#define in_serving_softirq()    (softirq_count() & SOFTIRQ_OFFSET)
#define in_nmi()                (preempt_count() & NMI_MASK)
#define in_task()               (!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_atomic()             (preempt_count() != 0)
#define preemptible()           (preempt_count() == 0 && !irqs_disabled())

#endif
