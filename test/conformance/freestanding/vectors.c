/* SSE2 by its intrinsics: integers and floats in sixteen bytes. */
#include <emmintrin.h>
#include "kernel.h"

static void print_vector(const char *name, __m128i value)
{
	u32 words[4];

	_mm_storeu_si128((__m128i *)words, value);
	print(name);
	for (int i = 3; i >= 0; i--) {
		print(" ");
		print_hex(words[i]);
	}
	print("\n");
}

void test_vectors(void)
{
	static const u8 bytes[33] = "The quick brown fox jumps over..";
	__m128i a = _mm_loadu_si128((const __m128i *)(bytes + 1));
	__m128i b = _mm_loadu_si128((const __m128i *)(bytes + 15));
	__m128d x = _mm_set_pd(1.0 / 3, -2.5), y = _mm_set_pd(7.0, 1e-3);
	__m128 f = _mm_set_ps(1.5f, -2.25f, 3e10f, -0.0f);

	print_vector("add", _mm_adds_epu8(a, b));
	print_vector("multiply", _mm_mulhi_epi16(a, b));
	print_vector("sums", _mm_sad_epu8(a, b));
	print_vector("madd", _mm_madd_epi16(a, b));
	print_vector("shuffle", _mm_shuffle_epi32(_mm_unpackhi_epi8(a, b), 0x1b));
	print_vector("pack", _mm_packs_epi32(a, b));
	print_vector("compare", _mm_cmpgt_epi8(a, b));
	print_vector("shift", _mm_xor_si128(_mm_slli_epi64(a, 13), _mm_srai_epi16(b, 3)));
	print_vector("average", _mm_avg_epu16(a, b));
	print_vector("product", _mm_mul_epu32(a, b));
	print_vector("doubles", _mm_castpd_si128(_mm_div_pd(_mm_add_pd(x, y), _mm_sqrt_pd(y))));
	print_vector("singles", _mm_castps_si128(_mm_mul_ps(f, _mm_shuffle_ps(f, f, 0x39))));
	print_vector("rounded", _mm_cvtpd_epi32(_mm_mul_pd(x, y)));
	print_vector("floats", _mm_castps_si128(_mm_cvtpd_ps(_mm_max_pd(x, y))));
	print_vector("ordered", _mm_castpd_si128(_mm_cmple_pd(x, y)));
	print("mask ");
	print_hex(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) | _mm_movemask_ps(f) << 16);
	print("\n");
}
