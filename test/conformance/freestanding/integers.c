/* Integer code as compilers make it: SHA-256, a sort, 64-bit division, bit tricks, string instructions. */
#include "kernel.h"

void *memcpy(void *to, const void *from, u32 bytes)
{
	void *start = to;

	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return start;
}

void *memset(void *to, int byte, u32 bytes)
{
	void *start = to;

	asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(byte) : "memory");
	return start;
}

static u32 rotate(u32 value, int by)
{
	return value >> by | value << (32 - by);
}

/* The constants are the fractions of cube roots of primes, found here by integers alone. */
static u32 constant(int prime)
{
	u64 low = 0, high = 1ull << 36;

	while (high - low > 1) {
		u64 middle = (low + high) / 2;
		/* middle^3 against prime * 2^96, by way of 64 by 64 bits in two halves */
		u64 a = middle >> 20;
		u64 cube = a * a * a;

		if (cube > (u64)prime << 36)
			high = middle;
		else
			low = middle;
	}
	return low;
}

static void compress(u32 state[8], const u8 block[64])
{
	u32 w[64], s[8];
	int prime = 1;

	for (int i = 0; i < 16; i++)
		w[i] = block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
		       (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < 64; i++) {
		u32 t1, t2;
		int divisor;

		do
			for (prime++, divisor = 2; divisor * divisor <= prime && prime % divisor; divisor++)
				;
		while (divisor * divisor <= prime);
		t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
		     constant(prime) + w[i];
		t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		for (int j = 7; j > 0; j--)
			s[j] = s[j - 1];
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}

static void sort(u32 *items, int count)
{
	for (int gap = count / 2; gap > 0; gap /= 2)
		for (int i = gap; i < count; i++)
			for (int j = i - gap; j >= 0 && items[j] > items[j + gap]; j -= gap) {
				u32 item = items[j];

				items[j] = items[j + gap];
				items[j + gap] = item;
			}
}

void test_integers(void)
{
	static u32 items[500];
	u32 state[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	u8 block[64];
	u32 random = 12345, sum = 0;
	s64 big = 1;

	for (int round = 0; round < 8; round++) {
		for (int i = 0; i < 64; i++)
			block[i] = i * 7 + round;
		compress(state, block);
	}
	print("hash");
	for (int i = 0; i < 8; i++) {
		print(" ");
		print_hex(state[i]);
	}
	for (int i = 0; i < 500; i++)
		items[i] = random = random * 1103515245 + 12345;
	sort(items, 500);
	for (int i = 1; i < 500; i++)
		sum += (items[i - 1] <= items[i]) + (items[i] ^ i);
	print("\nsorted ");
	print_hex(sum);
	for (int i = 1; i <= 20; i++)
		big *= -i;
	print("\n20! ");
	print_number(big);
	print(" / 1000003 = ");
	print_number(big / 1000003);
	print(" rest ");
	print_number(big % -1000003);
	print("\nbits ");
	for (u32 i = 1; i < 0x10000; i = i * 5 + 1)
		sum = sum * 33 + __builtin_popcount(i) * __builtin_clz(i) + __builtin_ctz(i << 3) + __builtin_bswap32(i);
	print_hex(sum);
	print("\n");
}
