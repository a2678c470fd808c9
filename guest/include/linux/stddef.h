/* stddef.h: NULL, offsetof, size_t. */
#ifndef _LINUX_STDDEF_H
#define _LINUX_STDDEF_H

typedef __SIZE_TYPE__ size_t;
#undef NULL
#define NULL ((void *)0)
#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof(((type *)0)->member)

#endif
