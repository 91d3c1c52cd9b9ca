// The vector vocabulary on AVX2 and FMA: 8 floats, 16 registers. simd/end.h closes what this header opens.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define SIMD_ISA CONV_ISA_AVX2
#define SIMD_NAME(name) name##_avx2
#define LANES 8
// 6 broadcasts x 2 vectors: 12 sums, 2 operands and a broadcast fit the registers.
#define TILE_BROADCASTS 6
#define TILE_VECTORS 2
#define PAIR_BROADCASTS 0
// 4 broadcasts x 3 vectors are 12 sums too, and load as little.
#define TRIPLE_BROADCASTS 4

#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#include "inline.h"

typedef __m256 vec;
typedef __m256 vmask;  // a lane's sign bit says whether it is taken

/// Makes the compiler compute a vector here and keep it in a register: it would bring loads forward and run out of them.
#define PINNED(a) __asm__ volatile("" : "+x"(a))
INLINE vec v_zero(void) { return _mm256_setzero_ps(); }
INLINE vec v_set(float value) { return _mm256_set1_ps(value); }
INLINE vec v_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void v_store(float *p, vec a) { _mm256_storeu_ps(p, a); }
INLINE vec v_add(vec a, vec b) { return _mm256_add_ps(a, b); }
INLINE vec v_sub(vec a, vec b) { return _mm256_sub_ps(a, b); }
INLINE vec v_mul(vec a, vec b) { return _mm256_mul_ps(a, b); }
INLINE vec v_div(vec a, vec b) { return _mm256_div_ps(a, b); }
INLINE vec v_fma(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vec v_max(vec a, vec b) { return _mm256_max_ps(a, b); }
INLINE vec v_min(vec a, vec b) { return _mm256_min_ps(a, b); }
INLINE vec v_sqrt(vec a) { return _mm256_sqrt_ps(a); }
INLINE vec v_round(vec a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// a 2^exponent in two steps, so that results below the normal range are reached.
INLINE vec v_scale(vec a, vec exponent) {
  __m256i e = _mm256_cvtps_epi32(exponent), half = _mm256_srai_epi32(e, 1);
  __m256i one = _mm256_set1_epi32(127);
  __m256 low = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, one), 23));
  __m256 high = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(e, half), one), 23));
  return _mm256_mul_ps(_mm256_mul_ps(a, low), high);
}

/// n of a = 2^n m with 1 <= m < 2, of positive normal numbers.
INLINE vec v_exponent(vec a) {
  const __m256i biased = _mm256_srli_epi32(_mm256_castps_si256(a), 23);
  return _mm256_cvtepi32_ps(_mm256_sub_epi32(biased, _mm256_set1_epi32(127)));
}

INLINE vmask v_mask(uint32_t bits) {
  __m256i lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  __m256i set = _mm256_and_si256(_mm256_set1_epi32((int32_t)bits), lane);
  return _mm256_castsi256_ps(_mm256_cmpeq_epi32(set, lane));
}
INLINE vmask v_first(int count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(count), lane));
}
INLINE vmask v_less(vec a, vec b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
INLINE vmask v_at_most(vec a, vec b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
INLINE vmask v_equal(vec a, vec b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
INLINE vmask v_is_nan(vec a) { return _mm256_cmp_ps(a, a, _CMP_UNORD_Q); }
INLINE vec v_select(vmask m, vec a, vec b) { return _mm256_blendv_ps(b, a, m); }
/// The lanes that are not taken are 0.
INLINE vec v_load_masked(const float *p, vmask m) { return _mm256_maskload_ps(p, _mm256_castps_si256(m)); }
// A masked store of some lanes takes some 20 cycles on Zen; one to three plain stores do not.
INLINE void store_two(float *p, int lanes, __m128 a) {
  if (lanes == 3) {
    _mm_storel_pi((__m64 *)p, a);
  } else {
    if (lanes & 1) _mm_store_ss(p, a);
    if (lanes & 2) _mm_store_ss(p + 1, _mm_movehdup_ps(a));
  }
}
INLINE void store_four(float *p, int lanes, __m128 a) {
  if (lanes == 15) {
    _mm_storeu_ps(p, a);
  } else {
    store_two(p, lanes & 3, a);
    store_two(p + 2, lanes >> 2, _mm_movehl_ps(a, a));
  }
}
static __attribute__((noinline, unused)) void store_lanes(float *p, int lanes, vec a) {
  store_four(p, lanes & 15, _mm256_castps256_ps128(a));
  store_four(p + 4, lanes >> 4, _mm256_extractf128_ps(a, 1));
}
INLINE void v_store_masked(float *p, vmask m, vec a) {
  const int lanes = _mm256_movemask_ps(m);
  if (lanes == 255)
    v_store(p, a);
  else
    store_lanes(p, lanes, a);
}
/// Copies so many floats, at least `part` and at most twice as many, in two copies of `part` each.
INLINE void copy_start(float *to, const float *from, int count, const size_t part) {
  __builtin_memcpy(to, from, part * sizeof *to);
  __builtin_memcpy(to + count - part, from + count - part, part * sizeof *to);
}
static __attribute__((noinline, unused)) void store_starts(float *p, const ptrdiff_t *offset, const vec *a, int count,
                                                           int lanes) {
  if (lanes >= 4)
    for (int i = 0; i < count; i++) copy_start(p + offset[i], (const float *)&a[i], lanes, 4);
  else if (lanes >= 2)
    for (int i = 0; i < count; i++) copy_start(p + offset[i], (const float *)&a[i], lanes, 2);
  else
    for (int i = 0; i < count; i++) p[offset[i]] = a[i][0];
}
/// Stores the first lanes of so many vectors, fewer than all, each at its offset.
INLINE void v_store_starts(float *p, const ptrdiff_t *offset, const vec *a, const int count, int lanes) {
  store_starts(p, offset, a, count, lanes);
}
INLINE vec v_gather(const float *p, const int32_t *index, vmask m) {
  return _mm256_mask_i32gather_ps(v_zero(), p, _mm256_loadu_si256((const __m256i *)index), m, 4);
}
/// Lane i is lane index[i] of a, which is one of the same four lanes.
INLINE vec v_permute_fours(vec a, const int32_t *index) {
  return _mm256_permutevar_ps(a, _mm256_loadu_si256((const __m256i *)index));
}
/// Lane i is lane index[i] of a.
INLINE vec v_permute(vec a, const int32_t *index) {
  return _mm256_permutevar8x32_ps(a, _mm256_loadu_si256((const __m256i *)index));
}
/// Lane i is p[2 i]. Nothing beyond the last sample is read.
INLINE vec v_load_even(const float *p) {
  const __m256d even = _mm256_castps_pd(_mm256_shuffle_ps(v_load(p), v_load(p + LANES - 1), 0xd8));
  return _mm256_castpd_ps(_mm256_permute4x64_pd(even, 0xd8));
}
/// Lane i of `lanes` is p[2 i]; the others are 0. Nothing beyond the last such sample is read.
INLINE vec v_load_alternate(const float *p, uint32_t lanes) {
  const uint32_t pairs = _pdep_u32(lanes, 0x5555u);
  const vec low = _mm256_maskload_ps(p, _mm256_castps_si256(v_mask(pairs)));
  const vec high = _mm256_maskload_ps(p + LANES, _mm256_castps_si256(v_mask(pairs >> LANES)));
  const __m256d even = _mm256_castps_pd(_mm256_shuffle_ps(low, high, 0x88));
  return _mm256_castpd_ps(_mm256_permute4x64_pd(even, 0xd8));
}
INLINE vec v_alternate_low(vec a, vec b) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x20);
}
INLINE vec v_alternate_high(vec a, vec b) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x31);
}
INLINE void v_transpose(vec a[LANES]) {
  vec b[LANES];
  UNROLL for (int i = 0; i < 8; i += 4) {
    const vec t0 = _mm256_unpacklo_ps(a[i], a[i + 1]), t1 = _mm256_unpackhi_ps(a[i], a[i + 1]);
    const vec t2 = _mm256_unpacklo_ps(a[i + 2], a[i + 3]), t3 = _mm256_unpackhi_ps(a[i + 2], a[i + 3]);
    b[i] = _mm256_shuffle_ps(t0, t2, 0x44);
    b[i + 1] = _mm256_shuffle_ps(t0, t2, 0xee);
    b[i + 2] = _mm256_shuffle_ps(t1, t3, 0x44);
    b[i + 3] = _mm256_shuffle_ps(t1, t3, 0xee);
  }
  EACH(i, 4) {
    a[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
    a[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
  }
}
/// Lane i is the sum of a[i]'s lanes.
INLINE vec v_sum_lanes(const vec a[LANES]) {
  const vec low = _mm256_hadd_ps(_mm256_hadd_ps(a[0], a[1]), _mm256_hadd_ps(a[2], a[3]));
  const vec high = _mm256_hadd_ps(_mm256_hadd_ps(a[4], a[5]), _mm256_hadd_ps(a[6], a[7]));
  return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31));
}
