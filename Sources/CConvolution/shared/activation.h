// Activations beyond a clamp, applied to finished outputs while they are in the cache.
#pragma once

#include "convolution.h"

/// exp(x) to about 1 ulp: 2^n exp(r) with |r| <= ln(2) / 2, exp(r) by a polynomial of degree 6.
/// Below -104 the result is 0, above 88.8 it is infinite, and NaN stays NaN.
INLINE vec v_exp(vec x) {
  vec clamped = v_min(v_set(89), v_max(v_set(-105), x));
  vec n = v_round(v_mul(clamped, v_set(1.44269504f)));
  // ln(2) in two parts, so that the product with n is exact in the first.
  vec r = v_fma(n, v_set(-0.693359375f), clamped);
  r = v_fma(n, v_set(2.12194440e-4f), r);
  // Taylor coefficients: the remainder r^7 / 7! is below 2e-7 / 16 for |r| <= 0.3466.
  vec p = v_fma(r, v_set(1.0f / 720), v_set(1.0f / 120));
  p = v_fma(p, r, v_set(1.0f / 24));
  p = v_fma(p, r, v_set(1.0f / 6));
  p = v_fma(p, r, v_set(0.5f));
  p = v_fma(p, r, v_set(1));
  p = v_fma(p, r, v_set(1));
  return v_scale(p, n);
}

INLINE vec v_abs(vec x) { return v_max(x, v_sub(v_zero(), x)); }

/// 1 / (1 + exp(-x)), of negative x as exp(x) / (1 + exp(x)), which is exact to the smallest results.
INLINE vec v_sigmoid(vec x) {
  const vec e = v_exp(v_sub(v_zero(), v_abs(x)));
  return v_div(v_select(v_less(x, v_zero()), e, v_set(1)), v_add(v_set(1), e));
}

/// Odd polynomial near 0, where 1 - 2 / (1 + exp(2x)) would cancel; beyond 9 the result rounds to +-1.
INLINE vec v_tanh(vec x) {
  vec a = v_abs(x);
  vec e = v_exp(v_mul(v_set(2), v_min(v_set(10), a)));
  vec large = v_sub(v_set(1), v_div(v_set(2), v_add(e, v_set(1))));
  vec s = v_mul(x, x);
  // tanh x = x (1 - x^2/3 + 2x^4/15 - 17x^6/315 + 62x^8/2835 - 1382x^10/155925 + 21844x^12/6081075 ...)
  vec p = v_fma(s, v_set(21844.0f / 6081075), v_set(-1382.0f / 155925));
  p = v_fma(p, s, v_set(62.0f / 2835));
  p = v_fma(p, s, v_set(-17.0f / 315));
  p = v_fma(p, s, v_set(2.0f / 15));
  p = v_fma(p, s, v_set(-1.0f / 3));
  vec small = v_fma(v_mul(p, s), x, x);
  vec signed_large = v_select(v_less(x, v_zero()), v_sub(v_zero(), large), large);
  return v_select(v_less(a, v_set(0.5f)), small, signed_large);
}

/// The standard normal distribution function: erfc(-x / sqrt(2)) / 2, by the Chebyshev fit
/// erfc(z) = t exp(-z^2 + P(t)), t = 1 / (1 + z / 2), of Press et al., Numerical Recipes: relative error 1.2e-7.
INLINE vec v_normal_cdf(vec x) {
  static const float coefficients[] = {0.17087277f, -0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f,
                                       -0.18628806f, 0.09678418f, 0.37409196f, 1.00002368f, -1.26551223f};
  vec z = v_mul(v_abs(x), v_set(0.70710678f));
  vec t = v_div(v_set(1), v_fma(z, v_set(0.5f), v_set(1)));
  vec p = v_set(coefficients[0]);
  for (int i = 1; i < 10; i++) p = v_fma(p, t, v_set(coefficients[i]));
  vec tail = v_mul(v_mul(v_set(0.5f), t), v_exp(v_sub(p, v_mul(z, z))));
  return v_select(v_less(x, v_zero()), tail, v_sub(v_set(1), tail));
}

/// What an activation needs to know of the outputs that it is applied to.
typedef struct {
  int32_t first;  ///< the output channel of the first one
  bool varies;    ///< whether neighbours are of neighbouring channels, or all of one
} output_channels;

INLINE vec v_leak(vec slope, vec x) { return v_select(v_less(x, v_zero()), v_mul(slope, x), x); }

INLINE vec v_clamp(vec minimum, vec x, vec maximum) { return v_min(maximum, v_max(minimum, x)); }

/// Without scale and shift. `slope` is that of each lane.
INLINE vec v_activate(const conv_activation_kind kind, const conv_activation *activation, vec slope, vec x) {
  switch (kind) {
    case CONV_CLIP: return x;  // done where the sum was stored
    case CONV_LEAKY_RELU:
    case CONV_PRELU: return v_leak(slope, x);
    case CONV_SIGMOID: return v_sigmoid(x);
    case CONV_TANH: return v_tanh(x);
    case CONV_SILU: return v_mul(x, v_sigmoid(x));
    case CONV_HARD_SWISH:
      return v_mul(v_mul(x, v_set(1.0f / 6)), v_clamp(v_zero(), v_add(x, v_set(3)), v_set(6)));
    case CONV_HARD_SIGMOID: return v_clamp(v_zero(), v_fma(slope, x, v_set(activation->offset)), v_set(1));
    case CONV_GELU: return v_mul(x, v_normal_cdf(x));
  }
  return x;
}

/// Whether there is more to do than to clamp.
INLINE bool is_more_than_clip(const conv_activation *activation) {
  return activation->kind != CONV_CLIP || activation->scale != 1 || activation->shift != 0;
}

/// All that is more than a clamp, for outputs of `mask`; index i is that of the first.
INLINE vec v_finish(const conv_activation_kind kind, const conv_activation *activation, output_channels channels,
                    ptrdiff_t i, vmask mask, vec x) {
  vec slope = v_set(activation->slope);
  if (kind == CONV_PRELU) {
    const float *slopes = activation->slopes + channels.first;
    slope = channels.varies ? v_load_masked(slopes + i, mask) : v_set(*slopes);
  }
  x = v_activate(kind, activation, slope, x);
  if (activation->scale != 1 || activation->shift != 0)
    x = v_add(v_mul(x, v_set(activation->scale)), v_set(activation->shift));
  return x;
}

/// Rows of `count` outputs that lie side by side, at offsets in y.
INLINE void activate_rows_of_kind(const conv_activation_kind kind, const conv_activation *of, output_channels channels,
                                  float *y, const ptrdiff_t *offsets, int32_t rows, ptrdiff_t count) {
  const conv_activation activation = *of;
  for (int32_t row = 0; row < rows; row++) {
    float *at = y + offsets[row];
    ptrdiff_t i = 0;
    for (; i + LANES <= count; i += LANES)
      v_store(at + i, v_finish(kind, &activation, channels, i, v_first(LANES), v_load(at + i)));
    if (i < count) {
      const vmask rest = v_first((int)(count - i));
      v_store_masked(at + i, rest, v_finish(kind, &activation, channels, i, rest, v_load_masked(at + i, rest)));
    }
  }
}

/// Not inlined: microkernels come in many sizes. The kind is asked for once, not for every vector.
static __attribute__((noinline, unused)) void activate_rows_in_pass(const conv_activation *activation,
                                                                    output_channels channels, float *y,
                                                                    const ptrdiff_t *offsets, int32_t rows,
                                                                    ptrdiff_t count) {
#define OF_KIND(kind) \
  case kind: activate_rows_of_kind(kind, activation, channels, y, offsets, rows, count); break;
  switch (activation->kind) {
    OF_KIND(CONV_CLIP)
    OF_KIND(CONV_LEAKY_RELU)
    OF_KIND(CONV_PRELU)
    OF_KIND(CONV_SIGMOID)
    OF_KIND(CONV_TANH)
    OF_KIND(CONV_SILU)
    OF_KIND(CONV_HARD_SWISH)
    OF_KIND(CONV_HARD_SIGMOID)
    OF_KIND(CONV_GELU)
  }
#undef OF_KIND
}

/// Applies the activation to rows of `count` outputs; a clamp was applied where they were stored.
INLINE void activate_rows(const conv_activation *activation, output_channels channels, float *y,
                          const ptrdiff_t *offsets, int32_t rows, ptrdiff_t count) {
  if (is_more_than_clip(activation)) activate_rows_in_pass(activation, channels, y, offsets, rows, count);
}

/// The same to one row.
INLINE void activate(const conv_activation *activation, output_channels channels, float *y, ptrdiff_t count) {
  activate_rows(activation, channels, y, &(ptrdiff_t){0}, 1, count);
}
