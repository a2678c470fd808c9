/* printk's conversions, strings, parameters of every kind, COMMON, waiting, threads, timers, locks. */
#include <linux/module.h>
#include <linux/kthread.h>
#include <linux/delay.h>
#include <linux/semaphore.h>
#include <linux/ktime.h>
#include <linux/interrupt.h>

int common_variable __attribute__((__common__));
static short number = 3;
static char *text = "none";
static bool flag;
static int many[4], how_many;
static char name[8] = "abc";
static unsigned char octet = 1;
module_param(number, short, 0644);
module_param(text, charp, 0);
module_param(flag, bool, 0);
module_param_array(many, int, &how_many, 0444);
module_param_string(name, name, sizeof(name), 0);
module_param(octet, byte, 0);
MODULE_PARM_DESC(text, "a text");

static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(mutex);
static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static int condition;

static void ring(struct timer_list *t) { pr_info("timer: in_softirq %d\n", !!in_softirq()); condition = 1; wake_up(&queue); }
static DEFINE_TIMER(timer, ring);

static int thread(void *data)
{
	pr_info("thread %s: %s\n", current->comm, (char *)data);
	complete(&done);
	while (!kthread_should_stop())
		msleep(10);
	return 7;
}

static int __init library_init(void)
{
	char buffer[64];
	struct task_struct *task;
	unsigned long flags;
	u64 before, after;
	u32 big = 1000;

	pr_info("%d %ld %x %02x %02lx %08x %c %s %u%%\n", -5, -6L, 0xabcu, 7u, 8ul, 0xdeadbeefu, 'c', "s", 4000000000u);
	pr_info("[%5d] [%-5d] [%05d] [%+d] [%#x] [%.3s] [%*d] [%X] [%llu] [%lld]\n",
		42, 42, -42, 42, 255u, "abcdef", 4, 1, 0xabcu, 18446744073709551615ull, -1234567890123ll);
	pr_info("a%cb\ttab\n", 0);
	pr_info("%pS %ps\n", (void *)thread, (void *)thread);
	pr_info("params: %d %s %d %d:%d,%d,%d %s %d\n", number, text, flag, how_many, many[0], many[1], many[2], name, octet);
	pr_info("common %d\n", common_variable++);
	strcpy(buffer, "copied");
	strcat(buffer, "+");
	memmove(buffer + 1, buffer, 4);
	pr_info("%s %d %d %s %d\n", buffer, (int)strlen(buffer), memcmp("ab", "ac", 2) < 0, strrchr("a/b/c", '/'),
		strscpy(buffer, "too long", 4));
	snprintf(buffer, 6, "%s", "truncated");
	pr_info("%s %ld %d\n", buffer, simple_strtol("0x1f", NULL, 0), kstrtoint("12x", 10, &condition));
	pr_info("%u rest %u\n", (unsigned int)div_u64(10000000000ull, 7), ({ u64 n = 10000000000ull; do_div(n, big); }));

	spin_lock_irqsave(&lock, flags);
	pr_info("locked: irqs_disabled %d in_atomic %d\n", !!irqs_disabled(), in_atomic());
	spin_unlock_irqrestore(&lock, flags);
	spin_lock_bh(&lock);
	pr_info("bh: in_softirq %d, trylock %d\n", !!in_softirq(), spin_trylock(&lock));
	spin_unlock_bh(&lock);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);

	mod_timer(&timer, jiffies + 2);
	wait_event(queue, condition);
	pr_info("timeout %d\n", (int)wait_event_timeout(queue, condition == 2, 3));
	task = kthread_run(thread, "argument", "thread/%d", 5);
	wait_for_completion(&done);
	pr_info("kthread_stop %d\n", kthread_stop(task));

	local_irq_disable();
	before = ktime_get_ns();
	mdelay(30);
	udelay(500);
	after = ktime_get_ns();
	local_irq_enable();
	pr_info("held %d ms\n", (int)div_u64(after - before, 1000000));
	return -EINVAL;
}

module_init(library_init);
MODULE_LICENSE("GPL");
