/* The forms of Linux 2.4 and 2.6: K&R entry points, SA_SHIRQ, three-argument works, bottom halves. */
#include <linux/module.h>
#include <linux/kernel.h>
#include <linux/interrupt.h>
#include <linux/workqueue.h>
#include <asm/io.h>

MODULE_LICENSE("GPL");

static struct workqueue_struct *my_workqueue;
static struct tq_struct immediate;

static void got_char(void *scancode)
{
	printk(KERN_INFO "Scan Code %x %s.\n", (int)*((char *)scancode) & 0x7F,
	       *((char *)scancode) & 0x80 ? "Released" : "Pressed");
}

static void bottom_half(void *data)
{
	printk("bottom half: %s, in_softirq %d\n", (char *)data, !!in_softirq());
}

irqreturn_t irq_handler(int irq, void *dev_id)
{
	static int initialised = 0;
	static unsigned char scancode;
	static struct work_struct task;

	scancode = inb(0x60);
	if (initialised == 0) {
		INIT_WORK(&task, got_char, &scancode);
		initialised = 1;
	} else {
		PREPARE_WORK(&task, got_char, &scancode);
	}
	queue_work(my_workqueue, &task);
	return IRQ_HANDLED;
}

int init_module()
{
	my_workqueue = create_workqueue("WQsched.c");
	immediate.routine = bottom_half;
	immediate.data = "queued";
	local_bh_disable();
	printk("queue_task %d", queue_task(&immediate, &tq_immediate));
	printk(KERN_CONT ", again %d\n", queue_task(&immediate, &tq_immediate));
	mark_bh(BH_IMMEDIATE);
	printk("before\n");
	local_bh_enable();
	printk("after");
	return request_irq(1, irq_handler, SA_SHIRQ, "test_keyboard_irq_handler", (void *)(irq_handler));
}

void cleanup_module()
{
	free_irq(1, (void *)(irq_handler));
	destroy_workqueue(my_workqueue);
	printk("a first line\n\tand a second%c\n", 0);
}
