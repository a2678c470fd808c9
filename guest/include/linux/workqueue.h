/* workqueue.h: work that a thread does later. */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/kernel.h>
#include <linux/timer.h>
#include <linux/bitops.h>
#include <linux/atomic.h>
#include <linux/smp.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

/* The kernel's (include/workqueue.inc). */
struct work_struct {
	struct work_struct *next;
	unsigned long pending;
	void *pwq;
	work_func_t func;
	void *flushers;
	int color;
	void (*old_func)(void *);               /* the form before 2.6.20: func gets what it asked for */
	void *old_data;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
};

void delayed_work_timer_fn(struct timer_list *timer);

static inline __maybe_unused void __old_work(struct work_struct *work)
{
	work->old_func(work->old_data);
}

#define __WORK_INITIALIZER(f)   { .func = (f) }
#define __OLD_WORK_INITIALIZER(f, d) \
	{ .func = __old_work, .old_func = (void (*)(void *))(f), .old_data = (void *)(d) }

#define __DECLARE_WORK2(name, f)        struct work_struct name = __WORK_INITIALIZER(f)
#define __DECLARE_WORK3(name, f, d)     struct work_struct name = __OLD_WORK_INITIALIZER(f, d)
#define DECLARE_WORK(...)               __BY_COUNT(__DECLARE_WORK, __VA_ARGS__)
#define DECLARE_DELAYED_WORK(name, f) \
	struct delayed_work name = { .work = __WORK_INITIALIZER(f), .timer = __TIMER_INITIALIZER(delayed_work_timer_fn, 0) }

#define __INIT_WORK2(w, f)              do { *(w) = (struct work_struct)__WORK_INITIALIZER(f); } while (0)
#define __INIT_WORK3(w, f, d)           do { *(w) = (struct work_struct)__OLD_WORK_INITIALIZER(f, d); } while (0)
#define INIT_WORK(...)                  __BY_COUNT(__INIT_WORK, __VA_ARGS__)
#define INIT_WORK_ONSTACK(w, f)         INIT_WORK(w, f)

#define __PREPARE_WORK2(w, f)           do { (w)->func = (f); } while (0)
#define __PREPARE_WORK3(w, f, d) \
	do { (w)->func = __old_work; (w)->old_func = (void (*)(void *))(f); (w)->old_data = (void *)(d); } while (0)
#define PREPARE_WORK(...)               __BY_COUNT(__PREPARE_WORK, __VA_ARGS__)

#define INIT_DELAYED_WORK(dwork, f)                                     \
	do {                                                            \
		struct delayed_work *__dw = (dwork);                    \
		INIT_WORK(&__dw->work, f);                              \
		timer_setup(&__dw->timer, delayed_work_timer_fn, 0);    \
		__dw->wq = NULL;                                        \
	} while (0)
#define INIT_DEFERRABLE_WORK(dwork, f)  INIT_DELAYED_WORK(dwork, f)
#define PREPARE_DELAYED_WORK(dwork, f)  PREPARE_WORK(&(dwork)->work, f)

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

#define work_pending(w)                 ((w)->pending != 0)
#define delayed_work_pending(w)         work_pending(&(w)->work)

enum {
	WQ_UNBOUND = 0x02,
	WQ_FREEZABLE = 0x04,
	WQ_MEM_RECLAIM = 0x08,
	WQ_HIGHPRI = 0x10,
	WQ_CPU_INTENSIVE = 0x20,
	WQ_SYSFS = 0x40,
	WQ_POWER_EFFICIENT = 0x80,
	WQ_MAX_ACTIVE = 512,
	WQ_DFL_ACTIVE = WQ_MAX_ACTIVE / 2,
	WORK_CPU_UNBOUND = NR_CPUS
};

extern struct workqueue_struct *system_wq;
extern struct workqueue_struct *system_highpri_wq;
extern struct workqueue_struct *system_long_wq;
extern struct workqueue_struct *system_unbound_wq;
#define system_freezable_wq             system_wq
#define system_power_efficient_wq       system_wq

__printf(1, 4) struct workqueue_struct *alloc_workqueue(const char *format, unsigned int flags, int max_active, ...);
void destroy_workqueue(struct workqueue_struct *wq);
#define create_workqueue(name)          alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_freezable_workqueue(name) alloc_workqueue("%s", WQ_MEM_RECLAIM | WQ_FREEZABLE, 1, (name))
#define alloc_ordered_workqueue(format, flags, ...) \
	alloc_workqueue(format, WQ_UNBOUND | (flags), 1, ##__VA_ARGS__)
#define create_singlethread_workqueue(name) alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, (name))

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool schedule_work(struct work_struct *work);
bool schedule_work_on(int cpu, struct work_struct *work);
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long ticks);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long ticks);
bool schedule_delayed_work(struct delayed_work *dwork, unsigned long ticks);
bool schedule_delayed_work_on(int cpu, struct delayed_work *dwork, unsigned long ticks);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long ticks);
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
void flush_workqueue(struct workqueue_struct *wq);
#define drain_workqueue(wq)             flush_workqueue(wq)
#define flush_scheduled_work()          flush_workqueue(system_wq)

#endif
