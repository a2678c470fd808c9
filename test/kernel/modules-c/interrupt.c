/* A handler beside the keyboard's driver: who runs when, by the textbook. */
#include <linux/module.h>
#include <linux/interrupt.h>

static int irq = 1, my_dev_id, counter;
module_param(irq, int, S_IRUGO);

static irqreturn_t my_interrupt(int irq, void *dev)
{
	pr_info("In the handler: counter = %d, in_irq %d, irqs off %d, current %s\n",
		counter, !!in_irq(), !!irqs_disabled(), current->comm);
	if (counter == 0)
		dump_stack();
	counter++;
	return IRQ_NONE;
}

static int __init my_init(void)
{
	int error = request_irq(irq, my_interrupt, IRQF_SHARED, "my_interrupt", &my_dev_id);

	if (error) {
		printk(KERN_ERR "request_irq(%d) failed: %d\n", irq, error);
		return error;
	}
	printk(KERN_INFO "Loaded by %s, in_interrupt %d\n", current->comm, (int)in_interrupt());
	return 0;
}

static void __exit my_exit(void)
{
	synchronize_irq(irq);
	free_irq(irq, &my_dev_id);
	pr_info("Unloaded, counter = %d\n", counter);
}

MODULE_LICENSE("GPL");
module_init(my_init)
module_exit(my_exit)
