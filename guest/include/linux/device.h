/* device.h: classes of devices, which put nodes into /dev. */
#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H

#include <linux/types.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kdev_t.h>
#include <linux/slab.h>

struct class;
struct device;

/* The answers are ERR_PTRs when there is no memory. */
struct class *__class_create(struct module *owner, const char *name);
#define __class_create1(name)           __class_create(THIS_MODULE, name)
#define __class_create2(owner, name)    __class_create(owner, name)
/* (name) since 6.4, (owner, name) before */
#define class_create(...)               __BY_COUNT(__class_create, __VA_ARGS__)
void class_destroy(struct class *class);
__printf(5, 6) struct device *device_create(struct class *class, struct device *parent, dev_t dev, void *data,
					    const char *format, ...);
void device_destroy(struct class *class, dev_t dev);

#define dev_err(dev, fmt, ...)          pr_err(fmt, ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)         pr_warn(fmt, ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)         pr_info(fmt, ##__VA_ARGS__)

#endif
