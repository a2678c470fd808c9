/* irqreturn.h: what a handler answers. */
#ifndef _LINUX_IRQRETURN_H
#define _LINUX_IRQRETURN_H

enum irqreturn {
	IRQ_NONE = 0,                           /* not my device's */
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2,                    /* mine, and the thread shall do the rest */
};
typedef enum irqreturn irqreturn_t;
#define IRQ_RETVAL(x)   ((x) ? IRQ_HANDLED : IRQ_NONE)

#endif
