// The vector vocabulary on AVX-512: 16 floats, 32 registers. simd/end.h closes what this header opens.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define SIMD_ISA CONV_ISA_AVX512
#define SIMD_NAME(name) name##_avx512
#define LANES 16
// 14 broadcasts x 2 vectors: 28 sums, 2 operands and a broadcast fit the registers.
#define TILE_BROADCASTS 14
#define TILE_VECTORS 2
// 6 broadcasts x 4 vectors, two tiles side by side, fit them too and load less.
#define PAIR_BROADCASTS 6
#define TRIPLE_BROADCASTS 0

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,bmi2"))), \
                             apply_to = function)
#include "inline.h"

typedef __m512 vec;
typedef __mmask16 vmask;

/// Makes the compiler compute a vector here and keep it in a register: it would bring loads forward and run out of them.
#define PINNED(a) __asm__ volatile("" : "+v"(a))
INLINE vec v_zero(void) { return _mm512_setzero_ps(); }
INLINE vec v_set(float value) { return _mm512_set1_ps(value); }
INLINE vec v_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void v_store(float *p, vec a) { _mm512_storeu_ps(p, a); }
INLINE vec v_add(vec a, vec b) { return _mm512_add_ps(a, b); }
INLINE vec v_sub(vec a, vec b) { return _mm512_sub_ps(a, b); }
INLINE vec v_mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
INLINE vec v_div(vec a, vec b) { return _mm512_div_ps(a, b); }
INLINE vec v_fma(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vec v_max(vec a, vec b) { return _mm512_max_ps(a, b); }
INLINE vec v_min(vec a, vec b) { return _mm512_min_ps(a, b); }
INLINE vec v_sqrt(vec a) { return _mm512_sqrt_ps(a); }
INLINE vec v_round(vec a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
INLINE vec v_scale(vec a, vec exponent) { return _mm512_scalef_ps(a, exponent); }

/// n of a = 2^n m with 1 <= m < 2, of positive normal numbers.
INLINE vec v_exponent(vec a) { return _mm512_getexp_ps(a); }

INLINE vmask v_first(int count) { return (vmask)((1u << count) - 1); }
INLINE vmask v_less(vec a, vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
INLINE vmask v_at_most(vec a, vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
INLINE vmask v_equal(vec a, vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
INLINE vmask v_is_nan(vec a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
INLINE vmask v_mask(uint32_t bits) { return (vmask)bits; }
INLINE vec v_select(vmask m, vec a, vec b) { return _mm512_mask_blend_ps(m, b, a); }
/// The lanes that are not taken are 0.
INLINE vec v_load_masked(const float *p, vmask m) { return _mm512_maskz_loadu_ps(m, p); }
INLINE void v_store_masked(float *p, vmask m, vec a) { _mm512_mask_storeu_ps(p, m, a); }
#include "masked_starts.h"
INLINE vec v_gather(const float *p, const int32_t *index, vmask m) {
  return _mm512_mask_i32gather_ps(v_zero(), m, _mm512_loadu_si512(index), p, 4);
}
/// Lane i is lane index[i] of a, which is one of the same four lanes.
INLINE vec v_permute_fours(vec a, const int32_t *index) { return _mm512_permutevar_ps(a, _mm512_loadu_si512(index)); }
/// Lane i is lane index[i] of a.
INLINE vec v_permute(vec a, const int32_t *index) { return _mm512_permutexvar_ps(_mm512_loadu_si512(index), a); }
/// Lane i is p[2 i]. Nothing beyond the last sample is read.
INLINE vec v_load_even(const float *p) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31);
  return _mm512_permutex2var_ps(v_load(p), even, v_load(p + LANES - 1));
}
/// Lane i of `lanes` is p[2 i]; the others are 0. Nothing beyond the last such sample is read.
INLINE vec v_load_alternate(const float *p, uint32_t lanes) {
  const uint32_t pairs = _pdep_u32(lanes, 0x55555555u);
  const vec low = _mm512_maskz_loadu_ps((vmask)pairs, p), high = _mm512_maskz_loadu_ps((vmask)(pairs >> 16), p + LANES);
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return _mm512_permutex2var_ps(low, even, high);
}
INLINE vec v_alternate_low(vec a, vec b) {
  return _mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), b);
}
INLINE vec v_alternate_high(vec a, vec b) {
  return _mm512_permutex2var_ps(a, _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), b);
}
INLINE void v_transpose(vec a[LANES]) {
  vec b[LANES];
  // 4 x 4 blocks within quarters of a vector, then the quarters.
  UNROLL for (int i = 0; i < 16; i += 4) {
    const vec t0 = _mm512_unpacklo_ps(a[i], a[i + 1]), t1 = _mm512_unpackhi_ps(a[i], a[i + 1]);
    const vec t2 = _mm512_unpacklo_ps(a[i + 2], a[i + 3]), t3 = _mm512_unpackhi_ps(a[i + 2], a[i + 3]);
    b[i] = _mm512_shuffle_ps(t0, t2, 0x44);
    b[i + 1] = _mm512_shuffle_ps(t0, t2, 0xee);
    b[i + 2] = _mm512_shuffle_ps(t1, t3, 0x44);
    b[i + 3] = _mm512_shuffle_ps(t1, t3, 0xee);
  }
  EACH(i, 4) {
    const vec t0 = _mm512_shuffle_f32x4(b[i], b[i + 4], 0x88), t1 = _mm512_shuffle_f32x4(b[i], b[i + 4], 0xdd);
    const vec t2 = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0x88);
    const vec t3 = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0xdd);
    a[i] = _mm512_shuffle_f32x4(t0, t2, 0x88);
    a[i + 8] = _mm512_shuffle_f32x4(t0, t2, 0xdd);
    a[i + 4] = _mm512_shuffle_f32x4(t1, t3, 0x88);
    a[i + 12] = _mm512_shuffle_f32x4(t1, t3, 0xdd);
  }
}
/// Lane i is the sum of a[i]'s lanes.
INLINE vec v_sum_lanes(const vec a[LANES]) {
  vec b[4];
  // Within quarters of a vector: lane i of a quarter of b[j] is a part of the sum of a[4 j + i].
  EACH(j, 4) {
    const vec *c = a + 4 * j;
    const vec t0 = _mm512_add_ps(_mm512_unpacklo_ps(c[0], c[1]), _mm512_unpackhi_ps(c[0], c[1]));
    const vec t1 = _mm512_add_ps(_mm512_unpacklo_ps(c[2], c[3]), _mm512_unpackhi_ps(c[2], c[3]));
    b[j] = _mm512_add_ps(_mm512_shuffle_ps(t0, t1, 0x44), _mm512_shuffle_ps(t0, t1, 0xee));
  }
  // The four quarters of each.
  const vec t0 = _mm512_add_ps(_mm512_shuffle_f32x4(b[0], b[1], 0x88), _mm512_shuffle_f32x4(b[0], b[1], 0xdd));
  const vec t1 = _mm512_add_ps(_mm512_shuffle_f32x4(b[2], b[3], 0x88), _mm512_shuffle_f32x4(b[2], b[3], 0xdd));
  return _mm512_add_ps(_mm512_shuffle_f32x4(t0, t1, 0x88), _mm512_shuffle_f32x4(t0, t1, 0xdd));
}
