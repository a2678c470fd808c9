/* delay.h: waiting a while: mdelay and udelay hold the CPU, the others sleep. */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/jiffies.h>

void mdelay(unsigned long ms);
void udelay(unsigned long us);
void __const_udelay(unsigned long xloops);
void __udelay(unsigned long us);
#define ndelay(ns)              udelay(((ns) + 999) / 1000)

void msleep(unsigned int ms);
#define ssleep(seconds)         msleep((seconds) * 1000)
#define msleep_interruptible(ms) ({ msleep(ms); 0UL; })
#define usleep_range(min, max)  msleep(((min) + 999) / 1000)
#define fsleep(us)              usleep_range(us, us)

#endif
