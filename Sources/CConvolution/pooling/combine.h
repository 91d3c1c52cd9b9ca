// What samples come to, kind by kind: each is taken alone, those of a window are joined, and the end is worked out.
#pragma once

#include <math.h>

#include "pooling.h"

/// The larger one; NaN where either is. Of equal ones (zeros of both signs) `a`.
INLINE vec larger_of(vec a, vec b) { return v_select(v_is_nan(b), b, v_max(b, a)); }

INLINE vec magnitude_of(vec a) { return v_max(v_sub(v_zero(), a), a); }

static __attribute__((noinline, unused)) vec power_of(vec a, int32_t exponent) {
  vec result = v_set(1);
  for (; exponent > 0; exponent >>= 1, a = v_mul(a, a))
    if (exponent & 1) result = v_mul(result, a);
  return result;
}

/// What joining begins with.
INLINE vec joined_none(const conv_pool_kind kind) { return kind == CONV_POOL_MAX ? v_set(-INFINITY) : v_zero(); }

/// What is joined of a sample. `power` is the pool's, known where this is compiled for 1 and 2.
INLINE vec taken(const conv_pool_kind kind, const int32_t power, vec sample) {
  if (kind != CONV_POOL_NORM) return sample;
  return power == 1 ? magnitude_of(sample) : power == 2 ? v_mul(sample, sample) : power_of(magnitude_of(sample), power);
}

INLINE vec joined(const conv_pool_kind kind, vec a, vec b) {
  return kind == CONV_POOL_MAX ? larger_of(a, b) : v_add(a, b);
}

static __attribute__((noinline, unused)) vec root_of(vec a, int32_t power) {
  float lanes[LANES];
  v_store(lanes, a);
  for (int i = 0; i < LANES; i++) lanes[i] = (float)pow(lanes[i], 1.0 / power);
  return v_load(lanes);
}

/// What a window comes to. `counted`: the taps that a mean is divided by.
INLINE vec pooled(const conv_pool_kind kind, const int32_t power, vec all, vec counted) {
  if (kind == CONV_POOL_AVERAGE) return v_div(all, counted);
  if (kind == CONV_POOL_NORM && power > 1) return power == 2 ? v_sqrt(all) : root_of(all, power);
  return all;
}
