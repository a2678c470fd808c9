/* version.h: the Linux whose interfaces these are. */
#ifndef _LINUX_VERSION_H
#define _LINUX_VERSION_H

#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))
#define LINUX_VERSION_CODE      KERNEL_VERSION(5, 4, 0)
#define UTS_RELEASE             "5.4.0-trapgate"

#endif
