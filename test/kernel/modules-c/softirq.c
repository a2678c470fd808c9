/* A softirq of one's own, and the contexts around it. */
#include <linux/module.h>
#include <linux/interrupt.h>

static struct tasklet_struct *dynamic;
static void run(unsigned long data);

DECLARE_TASKLET(normal, run, (unsigned long)"normal");
DECLARE_TASKLET_DISABLED(disabled, run, (unsigned long)"disabled");

static void run(unsigned long data)
{
	pr_info("%s: in_softirq %d in_irq %d irqs_disabled %d pending %02x\n", (char *)data,
		!!in_softirq(), !!in_irq(), !!irqs_disabled(), local_softirq_pending());
}

static void action(struct softirq_action *a)
{
	pr_info("MY_SOFTIRQ %d: in_softirq %d current %s pending %x\n", MY_SOFTIRQ, !!in_softirq(),
		current->comm, local_softirq_pending());
}

static void state(const char *name, struct tasklet_struct *t)
{
	pr_info("%s: state %ld count %d\n", name, t->state, atomic_read(&t->count));
}

static int __init softirq_init(void)
{
	unsigned long flags;

	open_softirq(MY_SOFTIRQ, action);
	local_irq_save(flags);
	pr_info("flags & IF: %lx, irqs_disabled %d\n", flags & 0x200, !!irqs_disabled());
	raise_softirq_irqoff(MY_SOFTIRQ);
	pr_info("pending %08x\n", local_softirq_pending());
	local_irq_restore(flags);
	ssleep(1);
	state("normal", &normal);
	state("disabled", &disabled);
	local_bh_disable();
	tasklet_schedule(&normal);
	tasklet_schedule(&normal);
	tasklet_hi_schedule(&disabled);
	state("normal", &normal);
	pr_info("pending %02x in_interrupt %lx\n", local_softirq_pending(), in_interrupt());
	local_bh_enable();
	tasklet_enable(&disabled);
	tasklet_kill(&disabled);
	state("disabled", &disabled);
	dynamic = kmalloc(sizeof(struct tasklet_struct), GFP_KERNEL);
	tasklet_init(dynamic, run, (unsigned long)"dynamic");
	tasklet_schedule(dynamic);
	tasklet_kill(dynamic);
	kfree(dynamic);
	pr_info("test_and_set_bit %d\n", test_and_set_bit(TASKLET_STATE_SCHED, &normal.state));
	pr_info("test_bit %d\n", test_bit(TASKLET_STATE_SCHED, &normal.state));
	clear_bit(TASKLET_STATE_SCHED, &normal.state);
	return -ENODEV;
}

module_init(softirq_init);
MODULE_LICENSE("GPL");
