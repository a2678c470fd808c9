/* A threaded handler on a line that one raises oneself, by the vector's int. */
#include <linux/module.h>
#include <linux/interrupt.h>
#include <linux/delay.h>

static int my_dev_id;

static irqreturn_t handler(int irq, void *dev)
{
	pr_info("handler: in_irq %d irqs_disabled %d\n", !!in_irq(), !!irqs_disabled());
	return IRQ_WAKE_THREAD;
}

static noinline irqreturn_t thread_fn(int irq, void *dev)
{
	pr_info("thread %s: in_interrupt %d irqs_disabled %d\n", current->comm, (int)in_interrupt(), !!irqs_disabled());
	dump_stack();
	return IRQ_HANDLED;
}

static int __init threaded_init(void)
{
	pr_info("no such line: %d\n", request_threaded_irq(19, handler, thread_fn, IRQF_SHARED, "x", &my_dev_id));
	pr_info("cascade: %d\n", request_irq(2, handler, 0, "x", NULL));
	pr_info("shared without dev: %d\n", request_irq(10, handler, IRQF_SHARED, "x", NULL));
	pr_info("no handler, not one-shot: %d\n", request_threaded_irq(10, NULL, thread_fn, 0, "x", NULL));
	if (request_threaded_irq(10, handler, thread_fn, IRQF_ONESHOT, "a_rather_long_name", &my_dev_id))
		return -EBUSY;
	__asm__ __volatile__("int $0x2a");
	msleep(100);
	disable_irq(10);
	disable_irq_nosync(10);
	enable_irq(10);
	enable_irq(10);
	synchronize_irq(10);
	pr_info("free_irq: %s\n", (const char *)free_irq(10, &my_dev_id));
	return -ENODEV;
}

module_init(threaded_init);
MODULE_LICENSE("GPL");
