/* Where each field of a structure lies that C modules share with the kernel. The spec asks the kernel's sources. */
#include <linux/module.h>
#include <linux/irqdesc.h>
#include <linux/cdev.h>

#define AT(type, field) offsetof(struct type, field)

const unsigned int layouts[] __attribute__((__section__(".layouts"))) = {
	AT(task_struct, state), AT(task_struct, pid), AT(task_struct, comm),
	AT(module, name), AT(module, refcnt),
	AT(kernel_param, type), AT(kernel_param, perm), AT(kernel_param, arg), sizeof(struct kernel_param),
	AT(kparam_array, max), AT(kparam_array, num), AT(kparam_array, elements),
	AT(tasklet_struct, next), AT(tasklet_struct, state), AT(tasklet_struct, count), AT(tasklet_struct, func),
	AT(tasklet_struct, data), sizeof(struct tasklet_struct),
	AT(timer_list, entry.next), AT(timer_list, entry.pprev), AT(timer_list, expires), AT(timer_list, function),
	AT(timer_list, flags), sizeof(struct timer_list),
	AT(work_struct, pending), AT(work_struct, pwq), AT(work_struct, func), AT(work_struct, flushers),
	AT(work_struct, color), sizeof(struct work_struct),
	AT(delayed_work, timer), AT(delayed_work, wq), sizeof(struct delayed_work),
	AT(irq_desc, irq_data.irq), AT(irq_desc, irq_data.chip), AT(irq_desc, handle_irq), AT(irq_desc, action),
	AT(irq_desc, depth), AT(irq_desc, istate), AT(irq_desc, kstat_irqs),
	AT(irqaction, handler), AT(irqaction, dev_id), AT(irqaction, next), AT(irqaction, thread_fn),
	AT(irqaction, thread), AT(irqaction, irq), AT(irqaction, flags), AT(irqaction, name),
	AT(tq_struct, sync), AT(tq_struct, routine), AT(tq_struct, data),
	AT(inode, i_rdev), AT(inode, i_cdev), AT(inode, i_private), AT(inode, i_mode),
	AT(file, f_op), AT(file, f_inode), AT(file, private_data), AT(file, f_flags), AT(file, f_pos),
	AT(file_operations, owner), AT(file_operations, llseek), AT(file_operations, read),
	AT(file_operations, write), AT(file_operations, unlocked_ioctl), AT(file_operations, open),
	AT(file_operations, flush), AT(file_operations, release),
	AT(cdev, owner), AT(cdev, ops), AT(cdev, dev), AT(cdev, count), sizeof(struct cdev),
	TASK_RUNNING, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, NR_CPUS, MY_SOFTIRQ, NR_SOFTIRQS,
	WQ_UNBOUND, WQ_HIGHPRI, WQ_SYSFS, WQ_MAX_ACTIVE, IRQF_SHARED, IRQF_ONESHOT, IRQF_NO_DEBUG,
	GFP_KERNEL, GFP_ATOMIC, __PARAM_string,
};
