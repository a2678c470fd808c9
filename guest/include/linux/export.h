/* export.h: a module's names are its own here: nobody else links against them. */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

struct module;
extern struct module __this_module;
#define THIS_MODULE             (&__this_module)

#define EXPORT_SYMBOL(name)     extern int __export_of_##name
#define EXPORT_SYMBOL_GPL(name) EXPORT_SYMBOL(name)

#endif
