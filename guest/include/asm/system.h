/* system.h: cli, sti and the like, before 3.4. */
#ifndef _ASM_SYSTEM_H
#define _ASM_SYSTEM_H

#include <linux/irqflags.h>
#include <linux/atomic.h>

#define cli()                   local_irq_disable()
#define sti()                   local_irq_enable()
#define save_flags(flags)       local_save_flags(flags)
#define restore_flags(flags)    local_irq_restore(flags)
#define save_and_cli(flags)     local_irq_save(flags)

#endif
