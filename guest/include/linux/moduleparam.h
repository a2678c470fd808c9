/* moduleparam.h: `insmod m.ko name=value`. */
#ifndef _LINUX_MODULE_PARAMS_H
#define _LINUX_MODULE_PARAMS_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/stat.h>
#include <linux/stringify.h>

/* An entry of the section __param, as include/module.inc has it. */
struct kernel_param {
	const char *name;
	unsigned int type;
	unsigned int perm;
	void *arg;
};

struct kparam_array {
	unsigned int type;
	unsigned int max;
	unsigned int *num;
	void *elements;
};

#define __PARAM_int             1
#define __PARAM_long            1
#define __PARAM_uint            2
#define __PARAM_ulong           2
#define __PARAM_charp           3
#define __PARAM_bool            4
#define __PARAM_short           5
#define __PARAM_ushort          6
#define __PARAM_byte            7
#define __PARAM_array           8
#define __PARAM_string          9

#define __module_param(name, value, type, perm)                         \
	static const struct kernel_param __param_##name                 \
	__used __section("__param") __aligned(4) = { #name, type, (perm), (void *)(value) };

#define module_param_named(name, var, type, perm) __module_param(name, &(var), __PARAM_##type, perm)
#define module_param(name, type, perm)  module_param_named(name, name, type, perm)

#define module_param_array_named(name, array, type, nump, perm)         \
	static const struct kparam_array __param_array_##name =         \
		{ __PARAM_##type, ARRAY_SIZE(array), (unsigned int *)(nump), (array) }; \
	__module_param(name, &__param_array_##name, __PARAM_array, perm)
#define module_param_array(name, type, nump, perm) module_param_array_named(name, name, type, nump, perm)

#define module_param_string(name, string, len, perm)                    \
	static const struct kparam_array __param_array_##name = { __PARAM_string, (len), NULL, (string) }; \
	__module_param(name, &__param_array_##name, __PARAM_string, perm)

/* Before 2.6 */
#define MODULE_PARM(name, type)

#define __MODULE_INFO(tag, info)                                        \
	static const char __UNIQUE_ID(tag)[] __used __section(".modinfo") __aligned(1) = #tag "=" info;
#define MODULE_INFO(tag, info)          __MODULE_INFO(tag, info)
#define MODULE_PARM_DESC(name, text)    __MODULE_INFO(parm, #name ":" text)

#endif
