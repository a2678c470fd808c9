/* hw_irq.h: which vector means which line. */
#ifndef _ASM_HW_IRQ_H
#define _ASM_HW_IRQ_H

#include <linux/percpu.h>

#define NR_VECTORS      256
#define NR_IRQS         16              /* the 8259s'; GPIO pins have numbers above */
#define FIRST_EXTERNAL_VECTOR 0x20
#define ISA_IRQ_VECTOR(irq) (FIRST_EXTERNAL_VECTOR + (irq))

struct irq_desc;
typedef struct irq_desc *vector_irq_t[NR_VECTORS];
DECLARE_PER_CPU(vector_irq_t, vector_irq);

struct irq_desc *irq_to_desc(unsigned int irq);

#define VECTOR_UNUSED           ((struct irq_desc *)0)

#endif
