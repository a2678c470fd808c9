/* A push button at GPIO 15: its pull set through the mapped block, its falling edge in two halves. */
#include <linux/module.h>
#include <linux/interrupt.h>
#include <linux/gpio.h>
#include <linux/delay.h>
#include <asm/io.h>

#define BUTTON 15
#define BCM2835_GPIO 0x3f200000
#define GPPUD 0x94
#define GPPUDCLK0 0x98

static int irq, presses;

static irqreturn_t button_handler(int irq, void *dev) { return IRQ_WAKE_THREAD; }

static irqreturn_t button_thread(int irq, void *dev)
{
	pr_info("button: press %d in %s, level %d\n", ++presses, current->comm, gpio_get_value(BUTTON));
	return IRQ_HANDLED;
}

static int __init button_init(void)
{
	void __iomem *gpio = ioremap(BCM2835_GPIO, 0xb4);
	int error;

	if (!gpio || ioremap(0x200000, 16))
		return -EIO;
	iowrite32(1, gpio + GPPUD);
	udelay(5);
	iowrite32(1 << BUTTON, gpio + GPPUDCLK0);
	iowrite32(0, gpio + GPPUD);
	iowrite32(0, gpio + GPPUDCLK0);
	iounmap(gpio);
	pr_info("valid %d %d, free %d\n", gpio_is_valid(BUTTON), gpio_is_valid(54), gpio_request(BUTTON, "button"));
	pr_info("again %d\n", gpio_request(BUTTON, "button"));
	gpio_direction_output(BUTTON, 0);
	gpio_direction_input(BUTTON);
	gpio_set_debounce(BUTTON, 1000);
	irq = gpio_to_irq(BUTTON);
	pr_info("irq %d\n", irq);
	error = request_threaded_irq(irq, button_handler, button_thread, IRQF_TRIGGER_FALLING | IRQF_ONESHOT,
				     "button", &irq);
	if (error)
		gpio_free(BUTTON);
	return error;
}

static void __exit button_exit(void)
{
	free_irq(irq, &irq);
	gpio_free(BUTTON);
}

module_init(button_init);
module_exit(button_exit);
MODULE_LICENSE("GPL");
