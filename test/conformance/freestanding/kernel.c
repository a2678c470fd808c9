/*
 * A small kernel in C that is not ours: multiboot, GDT, IDT, 8259, 8254, paging, exceptions. It tells what it sees on
 * the debug console, port 0xe9, and ends by isa-debug-exit. Compiled by gcc -m32 (compiled.ts has the command).
 */
#include "kernel.h"

struct frame {
	u32 edi, esi, ebp, esp, ebx, edx, ecx, eax;
	u32 vector, code, eip, cs, eflags;
};

struct gate {
	u16 low, selector;
	u8 zero, type;
	u16 high;
} __attribute__((packed));

struct table {
	u16 limit;
	u32 base;
} __attribute__((packed));

static struct gate idt[256];
static u64 gdt[3] = { 0, 0x00cf9b000000ffffull, 0x00cf93000000ffffull };
static u32 directory[1024] __attribute__((aligned(4096)));
static u32 first_table[1024] __attribute__((aligned(4096)));
static volatile u32 ticks, traps;

static inline void outb(u16 port, u8 value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void put(char c)
{
	outb(0xe9, c);
}

void print(const char *text)
{
	while (*text)
		put(*text++);
}

void print_hex(u32 value)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
}

void print_number(s64 value)
{
	char digits[24];
	int n = 0;
	u64 rest = value < 0 ? -(u64)value : (u64)value;

	if (value < 0)
		put('-');
	do {
		u32 low = rest / 1000000000 ? rest % 1000000000 : rest;
		int more = rest >= 1000000000;

		rest /= 1000000000;
		for (int i = 0; i < 9 && (more || low || !i); i++, low /= 10)
			digits[n++] = '0' + low % 10;
	} while (rest);
	while (n)
		put(digits[--n]);
}

static void say(const char *what, u32 value)
{
	print(what);
	print(" ");
	print_hex(value);
	print("\n");
}

/* What a fault handler learns, and how it goes on: behind the instruction, whose length the test says. */
static volatile u32 skip;

void interrupt(struct frame *frame)
{
	u32 cr2;

	if (frame->vector == 32) {
		ticks++;
		outb(0x20, 0x20);
		return;
	}
	traps++;
	asm("mov %%cr2, %0" : "=r"(cr2));
	print("trap ");
	print_number(frame->vector);
	say(", error code", frame->code);
	if (frame->vector == 14)
		say("  cr2", cr2);
	if (frame->vector == 16) {
		u16 status;

		asm volatile("fnstsw %0\n\tfnclex" : "=a"(status));
		say("  status", status & 0x3f);
	}
	frame->eip += skip;
}

#define ENTRY(vector) extern char entry_##vector[]; set_gate(vector, entry_##vector)

static void set_gate(int vector, void *handler)
{
	u32 at = (u32)handler;

	idt[vector] = (struct gate){ .low = at, .selector = 0x08, .type = 0x8e, .high = at >> 16 };
}

static void set_tables(void)
{
	struct table gdtr = { sizeof(gdt) - 1, (u32)gdt };
	struct table idtr = { sizeof(idt) - 1, (u32)idt };

	asm volatile("lgdt %0\n\t"
		     "ljmp $0x08, $1f\n"
		     "1:\tmov $0x10, %%eax\n\t"
		     "mov %%eax, %%ds\n\tmov %%eax, %%es\n\tmov %%eax, %%fs\n\tmov %%eax, %%gs\n\tmov %%eax, %%ss"
		     : : "m"(gdtr) : "eax", "memory");
	ENTRY(0);
	ENTRY(3);
	ENTRY(6);
	ENTRY(13);
	ENTRY(14);
	ENTRY(16);
	ENTRY(32);
	ENTRY(128);
	asm volatile("lidt %0" : : "m"(idtr));
}

static void set_paging(void)
{
	for (u32 i = 0; i < 1024; i++)
		first_table[i] = i << 12 | 3;
	first_table[0x300] = 0;			/* 3 MB: nothing */
	first_table[0x301] = 0x200000 | 1;	/* and a page that cannot be written */
	directory[0] = (u32)first_table | 3;
	directory[1023] = (u32)directory | 3;	/* the tables see themselves */
	asm volatile("mov %0, %%cr3\n\t"
		     "mov %%cr0, %%eax\n\t"
		     "or $0x80010000, %%eax\n\t"
		     "mov %%eax, %%cr0"
		     : : "r"(directory) : "eax", "memory");
}

static void test_traps(void)
{
	u16 control = 0x037e;

	skip = 0;
	asm volatile("int3");
	asm volatile("int $0x80");
	skip = 2;
	asm volatile("divl %%ecx" : : "a"(1), "d"(0), "c"(0));
	asm volatile("ud2");
	asm volatile("mov %%eax, %%ds" : : "a"(0x1f8));
	asm volatile("movl (%%eax), %%ecx" : : "a"(0x300123) : "ecx");
	asm volatile("movl %%ecx, (%%eax)" : : "a"(0x301ff0) : "memory");
	say("the tables see themselves", *(volatile u32 *)0xffc00c04 & ~0x60u);
	skip = 1;
	asm volatile("fninit\n\tfldcw %0\n\tfldz\n\tfldz\n\tfdivrp\n\tfwait\n\tfninit" : : "m"(control));
	say("traps", traps);
}

static void test_timer(void)
{
	static const u8 words[] = {
		0x20, 0x11, 0xa0, 0x11, 0x21, 0x20, 0xa1, 0x28, 0x21, 4, 0xa1, 2, 0x21, 1, 0xa1, 1, 0x21, 0xfe, 0xa1, 0xff,
		0x43, 0x34, 0x40, 0x9b, 0x40, 0x2e,	/* 100 a second */
	};

	for (u32 i = 0; i < sizeof(words); i += 2)
		outb(words[i], words[i + 1]);
	asm volatile("sti");
	while (ticks < 3)
		asm volatile("hlt");
	asm volatile("cli");
	print("ticks came\n");
}

void kernel_main(u32 magic, const struct multiboot *info)
{
	say("magic", magic);
	say("lower memory", info->lower);
	say("flags", info->flags & 0x41);
	set_tables();
	set_paging();
	test_traps();
	test_timer();
	test_integers();
	print("x87\n");
	test_floats_x87();
	print("sse2\n");
	test_floats_sse2();
	test_vectors();
	print("end\n");
	outb(0xf4, 0);
}
