/* io.h: ports, and memory that is a chip's. */
#ifndef _ASM_IO_H
#define _ASM_IO_H

#include <linux/types.h>

#define __BUILD_PORT(letter, type)                                      \
static inline void out##letter(type value, int port)                    \
{                                                                       \
	__asm__ __volatile__("out" #letter " %0, %w1" : : "a"(value), "Nd"(port)); \
}                                                                       \
static inline type in##letter(int port)                                 \
{                                                                       \
	type value;                                                     \
	__asm__ __volatile__("in" #letter " %w1, %0" : "=a"(value) : "Nd"(port)); \
	return value;                                                   \
}
__BUILD_PORT(b, unsigned char)
__BUILD_PORT(w, unsigned short)
__BUILD_PORT(l, unsigned int)
#undef __BUILD_PORT
#define outb_p(value, port)     do { outb(value, port); outb(0, 0x80); } while (0)
#define inb_p(port)             ({ unsigned char __v = inb(port); outb(0, 0x80); __v; })

void __iomem *ioremap(phys_addr_t at, unsigned long n);
#define ioremap_nocache(at, n)  ioremap(at, n)
#define ioremap_wc(at, n)       ioremap(at, n)
void iounmap(volatile void __iomem *p);

static inline u8 ioread8(const volatile void __iomem *at) { return *(const volatile u8 *)at; }
static inline u16 ioread16(const volatile void __iomem *at) { return *(const volatile u16 *)at; }
static inline u32 ioread32(const volatile void __iomem *at) { return *(const volatile u32 *)at; }
static inline void iowrite8(u8 value, volatile void __iomem *at) { *(volatile u8 *)at = value; }
static inline void iowrite16(u16 value, volatile void __iomem *at) { *(volatile u16 *)at = value; }
static inline void iowrite32(u32 value, volatile void __iomem *at) { *(volatile u32 *)at = value; }
#define readb(at)               ioread8(at)
#define readw(at)               ioread16(at)
#define readl(at)               ioread32(at)
#define writeb(value, at)       iowrite8(value, at)
#define writew(value, at)       iowrite16(value, at)
#define writel(value, at)       iowrite32(value, at)

#define virt_to_phys(p)         ((phys_addr_t)(unsigned long)(p))
#define phys_to_virt(a)         ((void *)(unsigned long)(a))

#endif
