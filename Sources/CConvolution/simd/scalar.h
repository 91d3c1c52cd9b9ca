// The vector vocabulary in plain C: 4 floats that any compiler knows how to add.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SIMD_ISA CONV_ISA_SCALAR
#define SIMD_NAME(name) name##_scalar
#define LANES 4
#define TILE_BROADCASTS 4
#define TILE_VECTORS 2
#define PAIR_BROADCASTS 0
#define TRIPLE_BROADCASTS 0

#include "inline.h"

typedef float vec __attribute__((vector_size(16)));
typedef int32_t vmask __attribute__((vector_size(16)));  // all bits of a lane that is taken

INLINE vec v_set(float value) { return (vec){value, value, value, value}; }
#define PINNED(a) (void)(a)
INLINE vec v_zero(void) { return v_set(0); }
INLINE vec v_load(const float *p) {
  vec a;
  memcpy(&a, p, sizeof a);
  return a;
}
INLINE void v_store(float *p, vec a) { memcpy(p, &a, sizeof a); }
INLINE vec v_add(vec a, vec b) { return a + b; }
INLINE vec v_sub(vec a, vec b) { return a - b; }
INLINE vec v_mul(vec a, vec b) { return a * b; }
INLINE vec v_div(vec a, vec b) { return a / b; }
INLINE vec v_fma(vec a, vec b, vec c) { return a * b + c; }
INLINE vmask v_less(vec a, vec b) { return a < b; }
INLINE vmask v_at_most(vec a, vec b) { return a <= b; }
INLINE vmask v_equal(vec a, vec b) { return a == b; }
INLINE vmask v_is_nan(vec a) { return a != a; }
INLINE vec v_select(vmask m, vec a, vec b) { return (vec)(((vmask)a & m) | ((vmask)b & ~m)); }
// As on x86: the second operand where a comparison has a NaN.
INLINE vec v_max(vec a, vec b) { return v_select(a > b, a, b); }
INLINE vec v_min(vec a, vec b) { return v_select(a < b, a, b); }
INLINE vec v_sqrt(vec a) {
  for (int i = 0; i < LANES; i++) a[i] = sqrtf(a[i]);
  return a;
}
INLINE vec v_round(vec a) {
  for (int i = 0; i < LANES; i++) a[i] = rintf(a[i]);
  return a;
}
INLINE vec v_scale(vec a, vec exponent) {
  // Where the exponent is not a number `a` is none either.
  for (int i = 0; i < LANES; i++) a[i] = ldexpf(a[i], exponent[i] == exponent[i] ? (int)exponent[i] : 0);
  return a;
}
/// n of a = 2^n m with 1 <= m < 2, of positive normal numbers.
INLINE vec v_exponent(vec a) { return __builtin_convertvector(((vmask)a >> 23) - 127, vec); }

INLINE vmask v_mask(uint32_t bits) {
  vmask m;
  for (int i = 0; i < LANES; i++) m[i] = -(int32_t)(bits >> i & 1);
  return m;
}
INLINE vmask v_first(int count) { return v_mask((1u << count) - 1); }
/// The lanes that are not taken are 0.
INLINE vec v_load_masked(const float *p, vmask m) {
  vec a = v_zero();
  for (int i = 0; i < LANES; i++)
    if (m[i]) a[i] = p[i];
  return a;
}
INLINE void v_store_masked(float *p, vmask m, vec a) {
  for (int i = 0; i < LANES; i++)
    if (m[i]) p[i] = a[i];
}
#include "masked_starts.h"
INLINE vec v_gather(const float *p, const int32_t *index, vmask m) {
  vec a = v_zero();
  for (int i = 0; i < LANES; i++)
    if (m[i]) a[i] = p[index[i]];
  return a;
}
/// Lane i is lane index[i] of a.
INLINE vec v_permute(vec a, const int32_t *index) { return (vec){a[index[0]], a[index[1]], a[index[2]], a[index[3]]}; }
/// Likewise where it is one of the same four lanes.
INLINE vec v_permute_fours(vec a, const int32_t *index) { return v_permute(a, index); }
/// Lane i is p[2 i]. Nothing beyond the last sample is read.
INLINE vec v_load_even(const float *p) { return (vec){p[0], p[2], p[4], p[6]}; }
/// Lane i of `lanes` is p[2 i]; the others are 0. Nothing beyond the last such sample is read.
INLINE vec v_load_alternate(const float *p, uint32_t lanes) {
  vec a = v_zero();
  for (int i = 0; i < LANES; i++)
    if (lanes >> i & 1) a[i] = p[2 * i];
  return a;
}
INLINE vec v_alternate_low(vec a, vec b) { return (vec){a[0], b[0], a[1], b[1]}; }
INLINE vec v_alternate_high(vec a, vec b) { return (vec){a[2], b[2], a[3], b[3]}; }
INLINE void v_transpose(vec a[LANES]) {
  for (int i = 0; i < LANES; i++)
    for (int j = 0; j < i; j++) {
      const float swapped = a[i][j];
      a[i][j] = a[j][i];
      a[j][i] = swapped;
    }
}
/// Lane i is the sum of a[i]'s lanes.
INLINE vec v_sum_lanes(const vec a[LANES]) {
  vec sums;
  for (int i = 0; i < LANES; i++) sums[i] = (a[i][0] + a[i][2]) + (a[i][1] + a[i][3]);
  return sums;
}
