/* gfp.h: what an allocation may do to be served. */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/types.h>

#define __GFP_ZERO      0x0100U
#define GFP_KERNEL      0x0cc0U         /* may sleep */
#define GFP_ATOMIC      0x0a20U         /* any context */
#define GFP_NOWAIT      0x0800U
#define GFP_USER        GFP_KERNEL
#define GFP_NOIO        GFP_KERNEL
#define GFP_DMA         0x0001U

#endif
