/* timer.h: functions to be called at a tick to come, as a softirq. */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/kernel.h>
#include <linux/jiffies.h>

struct timer_list {
	struct hlist_node entry;
	unsigned long expires;
	void (*function)(struct timer_list *);
	u32 flags;
};

#define __TIMER_INITIALIZER(fn, fl) { { NULL, NULL }, 0, (fn), (fl) }
#define DEFINE_TIMER(name, fn)  struct timer_list name = __TIMER_INITIALIZER(fn, 0)
#define from_timer(var, callback_timer, member) container_of(callback_timer, __typeof__(*var), member)

void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *), unsigned int flags);
void add_timer(struct timer_list *timer);
int mod_timer(struct timer_list *timer, unsigned long expires);
int del_timer(struct timer_list *timer);
int del_timer_sync(struct timer_list *timer);
int timer_pending(const struct timer_list *timer);
#define timer_delete(timer)             del_timer(timer)
#define timer_delete_sync(timer)        del_timer_sync(timer)

#endif
