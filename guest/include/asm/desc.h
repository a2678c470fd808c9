/* desc.h: linux/irqdesc.h and asm/hw_irq.h. */
#ifndef _ASM_DESC_H
#define _ASM_DESC_H

#include <linux/irqdesc.h>

#endif
