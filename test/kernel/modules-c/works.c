/* Works in all their forms. */
#include <linux/interrupt.h>
#include <linux/delay.h>
#include <linux/module.h>

typedef struct my_work {
	struct work_struct work;
	const char *name;
	int runs;
} my_work;

static void func(struct work_struct *work)
{
	my_work *m = container_of(work, my_work, work);

	pr_info("%s in %s: in_interrupt %d irqs_disabled %d\n", m->name, current->comm,
		(int)in_interrupt(), !!irqs_disabled());
	msleep(50);
	m->runs++;
}

static void plain(struct work_struct *work) { pr_info("plain in %s\n", current->comm); }
static void periodic(struct work_struct *work);

static struct work_struct work;
static DECLARE_WORK(declared, plain);
static DECLARE_DELAYED_WORK(delayed, periodic);
static int beats;

static void periodic(struct work_struct *work)
{
	struct delayed_work *again = to_delayed_work(work);

	pr_info("beat %d after %u ms\n", ++beats, jiffies_to_msecs(jiffies) / 100 * 100 % 1000);
	if (beats < 3)
		queue_delayed_work(system_wq, again, msecs_to_jiffies(200));
}

static int __init works_init(void)
{
	my_work *one = kmalloc(sizeof(*one), GFP_KERNEL), two = { .name = "two" };
	struct workqueue_struct *wq = alloc_workqueue("%s", WQ_UNBOUND | WQ_HIGHPRI, 1, "ordered");
	unsigned long began;

	one->name = "one";
	one->runs = 0;
	INIT_WORK(&one->work, func);
	INIT_WORK(&two.work, func);
	INIT_WORK(&work, plain);
	pr_info("queue_work %d, again %d\n", queue_work(wq, &one->work), queue_work(wq, &one->work));
	queue_work_on(0, wq, &two.work);
	pr_info("flush_work %d\n", flush_work(&two.work));
	pr_info("flush_work %d\n", flush_work(&two.work));
	destroy_workqueue(wq);
	pr_info("runs %d %d\n", one->runs, two.runs);
	schedule_work_on(0, &work);
	schedule_work(&declared);
	flush_scheduled_work();
	began = jiffies;
	schedule_delayed_work(&delayed, HZ / 10);
	pr_info("pending %d, cancel %d\n", delayed_work_pending(&delayed), cancel_delayed_work(&delayed));
	schedule_delayed_work_on(0, &delayed, HZ * 100);
	pr_info("flush_delayed_work %d\n", flush_delayed_work(&delayed));
	msleep(500);
	pr_info("cancelled %d, beats %d in %u ms\n", cancel_delayed_work_sync(&delayed), beats,
		jiffies_to_msecs(jiffies - began) / 100 * 100);
	kfree(one);
	return -ENODEV;
}

module_init(works_init)
MODULE_LICENSE("GPL");
