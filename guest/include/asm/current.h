/* current.h: the task that runs; in an interrupt, the one that was interrupted. */
#ifndef _ASM_CURRENT_H
#define _ASM_CURRENT_H

struct task_struct;
struct task_struct *get_current(void);
#define current get_current()

#endif
