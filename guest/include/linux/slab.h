/* slab.h: pieces of memory. */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/gfp.h>

void *kmalloc(size_t size, gfp_t flags);
void *kzalloc(size_t size, gfp_t flags);
void kfree(const void *p);
size_t ksize(const void *p);

static inline void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	return size && n > ~(size_t)0 / size ? NULL : kmalloc(n * size, flags);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}

#define vmalloc(size)           kmalloc(size, GFP_KERNEL)
#define vzalloc(size)           kzalloc(size, GFP_KERNEL)
#define vfree(p)                kfree(p)
#define kvfree(p)               kfree(p)

#endif
