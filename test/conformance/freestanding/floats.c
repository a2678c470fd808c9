/* Floating point as compilers make it; compiled twice, for the x87 (NAME=x87) and for SSE2 (NAME=sse2). */
#include "kernel.h"

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)

static void print_bits(double value)
{
	union {
		double value;
		u32 words[2];
	} bits = { value };

	print(" ");
	print_hex(bits.words[1]);
	print_hex(bits.words[0]);
}

static volatile double zero = 0.0, one = 1.0, tiny = 4.9406564584124654e-324, huge = 1.7976931348623157e308;

static double newton(double square)
{
	double root = square > 1 ? square : 1;

	for (int i = 0; i < 40; i++)
		root = (root + square / root) * 0.5;
	return root;
}

static int mandelbrot(double cx, double cy)
{
	double x = 0, y = 0;
	int n = 0;

	for (; n < 200 && x * x + y * y < 4; n++) {
		double next = x * x - y * y + cx;

		y = 2 * x * y + cy;
		x = next;
	}
	return n;
}

/* A 4 by 4 system by elimination, in singles. */
static float determinant(void)
{
	float m[4][4], result = 1;

	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++)
			m[i][j] = (i == j ? 10.0f : 1.0f) / (1 + i + 2 * j);
	for (int i = 0; i < 4; i++) {
		result *= m[i][i];
		for (int k = i + 1; k < 4; k++) {
			float factor = m[k][i] / m[i][i];

			for (int j = i; j < 4; j++)
				m[k][j] -= factor * m[i][j];
		}
	}
	return result;
}

void JOIN(test_floats_, NAME)(void)
{
	double sum = 0;
	u32 points = 0;

	print("roots");
	for (int i = 2; i < 6; i++)
		print_bits(newton(i) - __builtin_sqrt(i));
	print_bits(__builtin_sqrt(2 * one));
	print("\nharmonic");
	for (int i = 1; i <= 1000; i++)
		sum += one / i;
	print_bits(sum);
	print("\nset ");
	for (int y = -8; y <= 8; y++)
		for (int x = -16; x <= 6; x++)
			points = points * 31 + mandelbrot(x / 8.0, y / 8.0);
	print_hex(points);
	print("\ndeterminant");
	print_bits(determinant());
	print("\nlimits");
	print_bits(tiny / 2);
	print_bits(tiny * 3);
	print_bits(huge * 2);
	print_bits(zero / zero);
	print_bits(-one / zero);
	print("\nconverted ");
	print_number((s32)(one * -2.9));
	print(" ");
	print_number((s64)(huge / 1e290));
	print(" ");
	print_number((u32)(one * 4e9));
	print_bits((double)(s64)0x7fffffffffffffffll * one);
	print_bits((float)(one / 3));
	print("\ncompared ");
	print_number((zero < one) + 2 * (zero / zero == zero / zero) + 4 * (-zero == zero) + 8 * !(zero / zero < one));
	print("\n");
#ifdef X87
	{
		long double pi, sine, logarithm, power;

		asm("fldpi" : "=t"(pi));
		asm("fsin" : "=t"(sine) : "0"(pi / 6));
		asm("fyl2x" : "=t"(logarithm) : "0"(10.0L), "u"(1.0L) : "st(1)");
		asm("f2xm1" : "=t"(power) : "0"(0.5L));
		/* to as many digits as engines agree in: QEMU works with the host's doubles */
		print("transcendental ");
		print_number(sine * 1e12L + 0.5L);
		print(" ");
		print_number(logarithm * 1e12L);
		print(" ");
		print_number(power * 1e12L);
		print("\n");
	}
#endif
}
