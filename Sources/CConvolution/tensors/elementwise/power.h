// Powers: the few exponents that networks have, by vectors, any other by the C library.
#pragma once

#include "../functions.h"

INLINE bool are_all(const float *values, int32_t count, float value) {
  for (int32_t i = 0; i < count; i++)
    if (values[i] != value) return false;
  return true;
}

/// As pow does of -0, which is 0, and of -infinity, which is infinity.
INLINE vec square_root(vec a) {
  return v_select(v_equal(a, v_set(-INFINITY)), v_set(INFINITY), v_sqrt(v_add(a, v_zero())));
}

// EXPONENT(NAME, value, result), of vectors a.
#define EXPONENTS(EXPONENT)                         \
  EXPONENT(square, 2, v_mul(a, a))                  \
  EXPONENT(cube, 3, v_mul(v_mul(a, a), a))          \
  EXPONENT(root, 0.5f, square_root(a))              \
  EXPONENT(reciprocal, -1, v_div(v_set(1), a))

#define EXPONENT_LOOP(NAME, value, result)                                 \
  static void raise_to_##NAME(const float *from, float *y, int32_t count) { \
    for (int32_t i = 0; i < count; i += LANES) {                           \
      const vmask rest = v_first(count - i < LANES ? count - i : LANES);   \
      const vec a = v_load_masked(from + i, rest);                         \
      v_store_masked(y + i, rest, result);                                 \
    }                                                                      \
  }
EXPONENTS(EXPONENT_LOOP)

/// y = a ^ b.
static void raise(const float *a, const float *b, float *y, int32_t count) {
#define IF_EXPONENT(NAME, value, result) \
  if (are_all(b, count, value)) return raise_to_##NAME(a, y, count);
  EXPONENTS(IF_EXPONENT)
  for (int32_t i = 0; i < count; i++) y[i] = powf(a[i], b[i]);
}
