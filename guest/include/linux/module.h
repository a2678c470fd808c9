/* module.h: what every module includes. As in Linux, most of the rest comes along. */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/list.h>
#include <linux/stat.h>
#include <linux/init.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/export.h>
#include <linux/version.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/percpu.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/mutex.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <asm/io.h>

#define MODULE_NAME_LEN 56

/* The beginning of the kernel's struct module (include/module.inc). */
struct module {
	struct module *next;
	char name[MODULE_NAME_LEN];
	int refcnt;
};

#define MODULE_LICENSE(text)            MODULE_INFO(license, text)
#define MODULE_AUTHOR(text)             MODULE_INFO(author, text)
#define MODULE_DESCRIPTION(text)        MODULE_INFO(description, text)
#define MODULE_VERSION(text)            MODULE_INFO(version, text)
#define MODULE_ALIAS(text)              MODULE_INFO(alias, text)
#define MODULE_SOFTDEP(text)            MODULE_INFO(softdep, text)
#define MODULE_SUPPORTED_DEVICE(text)   MODULE_INFO(device, text)
#define MODULE_DEVICE_TABLE(type, name)

bool try_module_get(struct module *module);
void module_put(struct module *module);
#define module_refcount(module)         ((module)->refcnt)
#define __module_get(module)            try_module_get(module)

/* Before 2.6 */
#define MOD_INC_USE_COUNT               try_module_get(THIS_MODULE)
#define MOD_DEC_USE_COUNT               module_put(THIS_MODULE)

#endif
