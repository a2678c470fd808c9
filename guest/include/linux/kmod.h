/* kmod.h: linux/workqueue.h comes with it. */
#ifndef _LINUX_KMOD_H
#define _LINUX_KMOD_H

#include <linux/workqueue.h>

#define request_module(...) (-ENOSYS)

#endif
