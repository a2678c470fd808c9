/* param.h: ticks a second. */
#ifndef _ASM_PARAM_H
#define _ASM_PARAM_H

#define HZ 100

#endif
