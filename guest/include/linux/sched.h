/* sched.h: tasks. */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/types.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/smp.h>
#include <asm/current.h>

#define TASK_COMM_LEN           16

/* A flag for each: the kernel's own numbers, not Linux's. */
#define TASK_RUNNING            1
#define TASK_INTERRUPTIBLE      2
#define TASK_UNINTERRUPTIBLE    3

#define MAX_USER_RT_PRIO        100
#define MAX_RT_PRIO             MAX_USER_RT_PRIO
#define MAX_SCHEDULE_TIMEOUT    LONG_MAX

/* The beginning of the kernel's struct task (include/task.inc). */
struct task_struct {
	volatile long state;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

void schedule(void);
void yield(void);
long schedule_timeout(long ticks);
#define schedule_timeout_interruptible(ticks) schedule_timeout(ticks)
#define schedule_timeout_uninterruptible(ticks) schedule_timeout(ticks)
int cond_resched(void);
int wake_up_process(struct task_struct *task);
void set_user_nice(struct task_struct *task, long nice);
int signal_pending(struct task_struct *task);
u64 sched_clock(void) __asm__("sched_clock_ns");

#define set_current_state(s)    do { current->state = (s); } while (0)
#define __set_current_state(s)  set_current_state(s)
#define task_pid_nr(task)       ((task)->pid)
#define need_resched()          0

#endif
