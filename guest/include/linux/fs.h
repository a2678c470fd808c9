/* fs.h: files, as a character device's driver sees them. */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/types.h>
#include <linux/kdev_t.h>
#include <linux/errno.h>
#include <linux/wait.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/export.h>

struct module;
struct cdev;
struct file_operations;
struct poll_table_struct;
struct vm_area_struct;

/* The beginnings of the kernel's (include/fs.inc). */
struct inode {
	dev_t i_rdev;
	struct cdev *i_cdev;
	void *i_private;
	unsigned int i_mode;
};

struct file {
	const struct file_operations *f_op;
	struct inode *f_inode;
	void *private_data;
	unsigned int f_flags;
	loff_t f_pos;
};

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *, loff_t, int);
	ssize_t (*read)(struct file *, char __user *, size_t, loff_t *);
	ssize_t (*write)(struct file *, const char __user *, size_t, loff_t *);
	unsigned int (*poll)(struct file *, struct poll_table_struct *);
	long (*unlocked_ioctl)(struct file *, unsigned int, unsigned long);
	int (*mmap)(struct file *, struct vm_area_struct *);
	int (*open)(struct inode *, struct file *);
	int (*flush)(struct file *, void *);
	int (*release)(struct inode *, struct file *);
	/* What nobody calls, so that tables that name it compile. */
	int (*fsync)(struct file *, loff_t, loff_t, int);
	int (*fasync)(int, struct file *, int);
	long (*compat_ioctl)(struct file *, unsigned int, unsigned long);
};

#define O_ACCMODE       00000003
#define O_RDONLY        00000000
#define O_WRONLY        00000001
#define O_RDWR          00000002
#define O_NONBLOCK      00004000

#define SEEK_SET        0
#define SEEK_CUR        1
#define SEEK_END        2

static inline unsigned int imajor(const struct inode *inode) { return MAJOR(inode->i_rdev); }
static inline unsigned int iminor(const struct inode *inode) { return MINOR(inode->i_rdev); }
static inline struct inode *file_inode(const struct file *file) { return file->f_inode; }

int alloc_chrdev_region(dev_t *dev, unsigned int first, unsigned int count, const char *name);
int register_chrdev_region(dev_t dev, unsigned int count, const char *name);
void unregister_chrdev_region(dev_t dev, unsigned int count);
/* major 0: any, and it is what is returned */
int register_chrdev(unsigned int major, const char *name, const struct file_operations *fops);
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from, size_t available);
void unregister_chrdev(unsigned int major, const char *name);

#endif
