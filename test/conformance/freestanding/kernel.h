/* Shared by the files of the freestanding kernel. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;

struct multiboot {
	u32 flags, lower, upper;
};

void print(const char *text);
void print_hex(u32 value);
void print_number(s64 value);
void test_integers(void);
void test_floats_x87(void);
void test_floats_sse2(void);
void test_vectors(void);
