/* interrupt.h: interrupt lines, softirqs, tasklets. */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/bitops.h>
#include <linux/atomic.h>
#include <linux/irqreturn.h>
#include <linux/irqflags.h>
#include <linux/hardirq.h>
#include <linux/preempt.h>
#include <linux/bottom_half.h>
#include <linux/spinlock.h>
#include <linux/smp.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <asm/io.h>
#include <asm/hw_irq.h>

#define IRQF_TRIGGER_NONE       0x00000000
#define IRQF_TRIGGER_RISING     0x00000001
#define IRQF_TRIGGER_FALLING    0x00000002
#define IRQF_TRIGGER_HIGH       0x00000004
#define IRQF_TRIGGER_LOW        0x00000008
#define IRQF_TRIGGER_MASK       0x0000000f
#define IRQF_TRIGGER_PROBE      0x00000010
#define IRQF_SHARED             0x00000080
#define IRQF_PROBE_SHARED       0x00000100
#define __IRQF_TIMER            0x00000200
#define IRQF_PERCPU             0x00000400
#define IRQF_NOBALANCING        0x00000800
#define IRQF_IRQPOLL            0x00001000
#define IRQF_ONESHOT            0x00002000
#define IRQF_NO_SUSPEND         0x00004000
#define IRQF_FORCE_RESUME       0x00008000
#define IRQF_NO_THREAD          0x00010000
#define IRQF_EARLY_RESUME       0x00020000
#define IRQF_COND_SUSPEND       0x00040000
#define IRQF_NO_AUTOEN          0x00080000
#define IRQF_NO_DEBUG           0x00100000
#define IRQF_TIMER              (__IRQF_TIMER | IRQF_NO_SUSPEND | IRQF_NO_THREAD)

/* Names of old. Handlers always run with interrupts off now. */
#define IRQF_DISABLED           0x00000000
#define IRQF_SAMPLE_RANDOM      0x00000000
#define SA_INTERRUPT            IRQF_DISABLED
#define SA_SHIRQ                IRQF_SHARED
#define SA_SAMPLE_RANDOM        IRQF_SAMPLE_RANDOM

#define IRQ_NOTCONNECTED        (1U << 31)

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev);

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev);

static inline int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
			      const char *name, void *dev)
{
	return request_threaded_irq(irq, handler, NULL, flags, name, dev);
}

const void *free_irq(unsigned int irq, void *dev);
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);
void enable_irq(unsigned int irq);
void synchronize_irq(unsigned int irq);
int irq_set_irq_type(unsigned int irq, unsigned int type);
#define irq_set_affinity(irq, mask)             (-EIO)
#define irq_set_affinity_hint(irq, mask)        (-EIO)

/* Softirqs, the most urgent first. */
enum {
	HI_SOFTIRQ = 0,
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	BLOCK_SOFTIRQ,
	IRQ_POLL_SOFTIRQ,
	TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ,
	HRTIMER_SOFTIRQ,
	MY_SOFTIRQ,                             /* free for a module of one's own */
	RCU_SOFTIRQ,
	NR_SOFTIRQS
};

struct softirq_action {
	void (*action)(struct softirq_action *);
};

void open_softirq(int nr, void (*action)(struct softirq_action *));
void raise_softirq(unsigned int nr);
void raise_softirq_irqoff(unsigned int nr);
void __raise_softirq_irqoff(unsigned int nr);
void do_softirq(void);
void wakeup_softirqd(void);
unsigned int local_softirq_pending(void);

struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state;
	atomic_t count;
	void (*func)(unsigned long);
	unsigned long data;
};

enum {
	TASKLET_STATE_SCHED,                    /* is on a list */
	TASKLET_STATE_RUN                       /* its function runs */
};

/* The three arguments of Linux up to 5.8. */
#define DECLARE_TASKLET(name, func, data) \
	struct tasklet_struct name = { NULL, 0, ATOMIC_INIT(0), func, data }
#define DECLARE_TASKLET_DISABLED(name, func, data) \
	struct tasklet_struct name = { NULL, 0, ATOMIC_INIT(1), func, data }
#define DECLARE_TASKLET_OLD(name, func)         DECLARE_TASKLET(name, func, 0)
#define DECLARE_TASKLET_DISABLED_OLD(name, func) DECLARE_TASKLET_DISABLED(name, func, 0)

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);
void tasklet_schedule(struct tasklet_struct *t);
void tasklet_hi_schedule(struct tasklet_struct *t);
void tasklet_disable(struct tasklet_struct *t);
void tasklet_disable_nosync(struct tasklet_struct *t);
void tasklet_enable(struct tasklet_struct *t);
void tasklet_kill(struct tasklet_struct *t);

static inline void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	tasklet_init(t, (void (*)(unsigned long))(void *)callback, (unsigned long)t);
}
#define from_tasklet(var, callback_tasklet, member) container_of(callback_tasklet, __typeof__(*var), member)

/* Before 2.6: the immediate queue, run as the most urgent tasklet. */
enum {
	TIMER_BH = 0,
	IMMEDIATE_BH = 9,
	BH_IMMEDIATE = IMMEDIATE_BH,
	NR_BHS = 32
};

struct tq_struct {
	struct tq_struct *next;
	unsigned long sync;                     /* bit 0: is on a queue */
	void (*routine)(void *);
	void *data;
};
typedef struct tq_struct *task_queue;
extern task_queue tq_immediate;

void mark_bh(int nr);
int queue_task(struct tq_struct *task, task_queue *queue);

#endif
