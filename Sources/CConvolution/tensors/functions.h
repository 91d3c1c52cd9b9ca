// Functions of vectors besides those of shared/activation.h.
#pragma once

#include <math.h>

#include "../shared/activation.h"

/// -0 becomes 0 and 0 becomes -0.
INLINE vec v_negated(vec x) { return v_sub(v_set(-0.0f), x); }

/// The largest integer that is not above x.
INLINE vec v_floor(vec x) {
  const vec nearest = v_round(x);
  return v_select(v_less(x, nearest), v_sub(nearest, v_set(1)), nearest);
}

/// The smaller and the larger of two; NaN where one of them is NaN.
INLINE vec v_smaller(vec a, vec b) { return v_select(v_is_nan(a), a, v_min(a, b)); }
INLINE vec v_larger(vec a, vec b) { return v_select(v_is_nan(a), a, v_max(a, b)); }

/// log(1 + x) for -0.3 <= x <= 1 to about 1 ulp: 2 artanh(s) with s = x / (2 + x), by its series up to s^15, written
/// x - s (x - (2 s^2 / 3 + 2 s^4 / 5 ...)), since 2 s = x - s x.
INLINE vec v_log_of_1_plus(vec x) {
  const vec s = v_div(x, v_add(v_set(2), x)), square = v_mul(s, s);
  vec series = v_set(2.0f / 15);
  series = v_fma(series, square, v_set(2.0f / 13));
  series = v_fma(series, square, v_set(2.0f / 11));
  series = v_fma(series, square, v_set(2.0f / 9));
  series = v_fma(series, square, v_set(2.0f / 7));
  series = v_fma(series, square, v_set(2.0f / 5));
  series = v_fma(series, square, v_set(2.0f / 3));
  return v_sub(x, v_mul(s, v_sub(x, v_mul(series, square))));
}

/// The natural logarithm to about 1 ulp: NaN of negative numbers, -infinity of 0.
INLINE vec v_log(vec x) {
  // Numbers below the normal range, scaled into it.
  const vmask is_small = v_less(x, v_set(1.17549435e-38f));
  const vec normal = v_select(is_small, v_mul(x, v_set(0x1p25f)), x);
  vec n = v_exponent(normal);
  vec mantissa = v_scale(normal, v_sub(v_zero(), n));
  const vmask is_large = v_less(v_set(1.41421356f), mantissa);
  mantissa = v_select(is_large, v_mul(mantissa, v_set(0.5f)), mantissa);
  n = v_select(is_large, v_add(n, v_set(1)), n);
  n = v_select(is_small, v_sub(n, v_set(25)), n);
  const vec fraction = v_log_of_1_plus(v_sub(mantissa, v_set(1)));
  // ln(2) in two parts, so that the product with n is exact in the first.
  vec result = v_fma(n, v_set(0.693359375f), v_fma(n, v_set(-2.12194440e-4f), fraction));
  result = v_select(v_less(x, v_set(INFINITY)), result, x);
  result = v_select(v_less(x, v_zero()), v_set(NAN), result);
  return v_select(v_equal(x, v_zero()), v_set(-INFINITY), result);
}

/// exp(x) - 1 for x <= 0, to about 1 ulp of it also near 0: 2^n (exp(r) - 1) + (2^n - 1).
INLINE vec v_exp_minus_1(vec x) {
  const vec clamped = v_max(v_set(-105), x);
  const vec n = v_round(v_mul(clamped, v_set(1.44269504f)));
  vec r = v_fma(n, v_set(-0.693359375f), clamped);
  r = v_fma(n, v_set(2.12194440e-4f), r);
  vec p = v_fma(r, v_set(1.0f / 5040), v_set(1.0f / 720));
  p = v_fma(p, r, v_set(1.0f / 120));
  p = v_fma(p, r, v_set(1.0f / 24));
  p = v_fma(p, r, v_set(1.0f / 6));
  p = v_fma(p, r, v_set(0.5f));
  p = v_fma(v_mul(p, r), r, r);
  const vec power = v_scale(v_set(1), n);
  return v_fma(power, p, v_sub(power, v_set(1)));
}

/// The error function to about 2 ulp: its series below 1/2, where 1 - erfc(x) would cancel.
INLINE vec v_erf(vec x) {
  const vec a = v_abs(x), square = v_mul(x, x);
  // 2 / sqrt(pi) (-1)^i / (i! (2 i + 1)), less 1 for i = 0, which is added last.
  vec series = v_set(1.12837917f / 9360);
  series = v_fma(series, square, v_set(-1.12837917f / 1320));
  series = v_fma(series, square, v_set(1.12837917f / 216));
  series = v_fma(series, square, v_set(-1.12837917f / 42));
  series = v_fma(series, square, v_set(1.12837917f / 10));
  series = v_fma(series, square, v_set(-1.12837917f / 3));
  series = v_fma(series, square, v_set(0.12837917f));
  const vec small = v_fma(series, x, x);
  const vec large = v_sub(v_set(1), v_mul(v_set(2), v_normal_cdf(v_mul(a, v_set(-1.41421356f)))));
  return v_select(v_less(a, v_set(0.5f)), small, v_select(v_less(x, v_zero()), v_negated(large), large));
}
