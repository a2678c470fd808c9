/* gpio.h: the pins of the BCM2835's block. */
#ifndef _LINUX_GPIO_H
#define _LINUX_GPIO_H

#include <linux/types.h>
#include <linux/errno.h>

#define GPIOF_DIR_OUT           0
#define GPIOF_DIR_IN            1
#define GPIOF_INIT_LOW          0
#define GPIOF_INIT_HIGH         2
#define GPIOF_IN                GPIOF_DIR_IN
#define GPIOF_OUT_INIT_LOW      (GPIOF_DIR_OUT | GPIOF_INIT_LOW)
#define GPIOF_OUT_INIT_HIGH     (GPIOF_DIR_OUT | GPIOF_INIT_HIGH)

bool gpio_is_valid(int gpio);
int gpio_request(unsigned int gpio, const char *label);
void gpio_free(unsigned int gpio);
int gpio_direction_input(unsigned int gpio);
int gpio_direction_output(unsigned int gpio, int value);
int gpio_get_value(unsigned int gpio);
void gpio_set_value(unsigned int gpio, int value);
int gpio_set_debounce(unsigned int gpio, unsigned int us);
int gpio_to_irq(unsigned int gpio);
#define gpio_get_value_cansleep(gpio)   gpio_get_value(gpio)
#define gpio_set_value_cansleep(gpio, value) gpio_set_value(gpio, value)
#define gpio_cansleep(gpio)             0
#define gpio_export(gpio, may_change)   0
#define gpio_unexport(gpio)             do { } while (0)

static inline int gpio_request_one(unsigned int gpio, unsigned long flags, const char *label)
{
	int error = gpio_request(gpio, label);

	if (error)
		return error;
	return flags & GPIOF_DIR_IN ? gpio_direction_input(gpio)
				    : gpio_direction_output(gpio, !!(flags & GPIOF_INIT_HIGH));
}

#endif
