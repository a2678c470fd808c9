/* A character device whose read raises a software interrupt on the vector of another line's handler. */
#include <linux/module.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/uaccess.h>

#define VECTOR 56
#define LINE 11

static dev_t number;
static struct cdev device;
static struct class *class;
static int connect;
module_param(connect, int, 0);

static irqreturn_t handler(int irq, void *dev)
{
	pr_info("handler of line %d\n", irq);
	return IRQ_HANDLED;
}

static ssize_t my_read(struct file *file, char __user *to, size_t n, loff_t *place)
{
	static const char text[] = "raised\n";

	if (*place || n < sizeof(text) - 1)
		return 0;
	__asm__ __volatile__("int %0" : : "i"(VECTOR));
	if (copy_to_user(to, text, sizeof(text) - 1))
		return -EFAULT;
	*place += sizeof(text) - 1;
	return sizeof(text) - 1;
}

static int my_open(struct inode *inode, struct file *file)
{
	pr_info("open %d:%d\n", MAJOR(inode->i_rdev) == MAJOR(number), iminor(inode));
	return 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = my_open,
	.read = my_read,
};

static int __init chardev_init(void)
{
	int error = request_irq(LINE, handler, 0, "lothars_device", &device);

	if (error)
		return error;
	if (connect)
		per_cpu(vector_irq, smp_processor_id())[VECTOR] = irq_to_desc(LINE);
	alloc_chrdev_region(&number, 0, 1, "lothars_device");
	class = class_create(THIS_MODULE, "lothars_class");
	device_create(class, NULL, number, NULL, "lothars_device");
	cdev_init(&device, &operations);
	return cdev_add(&device, number, 1);
}

static void __exit chardev_exit(void)
{
	per_cpu(vector_irq, 0)[VECTOR] = VECTOR_UNUSED;
	cdev_del(&device);
	device_destroy(class, number);
	class_destroy(class);
	unregister_chrdev_region(number, 1);
	free_irq(LINE, &device);
}

module_init(chardev_init);
module_exit(chardev_exit);
MODULE_LICENSE("GPL");
