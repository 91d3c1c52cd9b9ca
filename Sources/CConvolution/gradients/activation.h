// The gradient through an activation, value by value.
#pragma once

#include <math.h>

#include "gradients.h"
#include "../shared/activation.h"
#include "../shared/sizes.h"
#include "../team/team.h"

/// Values that one thread takes at a time.
enum { ACTIVATION_VALUES = 1 << 14 };

/// dy strictly inside the bounds, otherwise 0; every value is inside an infinite bound.
INLINE vec clip_gradient(const conv_activation *activation, vec value, vec dy) {
  if (activation->minimum > -INFINITY) dy = v_select(v_less(v_set(activation->minimum), value), dy, v_zero());
  if (activation->maximum < INFINITY) dy = v_select(v_less(value, v_set(activation->maximum)), dy, v_zero());
  return dy;
}

/// (x s(x))' = s + x s (1 - s), and 1 - s = e s without a difference; beyond 88 nothing changes but e might overflow.
INLINE vec silu_slope(vec x) {
  x = v_min(v_set(88), v_max(v_set(-88), x));
  const vec e = v_exp(v_sub(v_zero(), x)), s = v_div(v_set(1), v_add(v_set(1), e));
  return v_mul(s, v_fma(x, v_mul(e, s), v_set(1)));
}

/// 0 up to -3, x / 3 + 1 / 2 from there up to 3, then 1.
INLINE vec hard_swish_slope(vec x) {
  const vec slope = v_select(v_less(x, v_set(3)), v_fma(x, v_set(1.0f / 3), v_set(0.5f)), v_set(1));
  return v_select(v_less(v_set(-3), x), slope, v_zero());
}

/// (x cdf(x))' = cdf(x) + x pdf(x)
INLINE vec gelu_slope(vec x) {
  const vec density = v_mul(v_set(0.39894228f), v_exp(v_mul(v_mul(x, x), v_set(-0.5f))));
  return v_fma(x, density, v_normal_cdf(x));
}

/// Of `value`, an output or a sum.
INLINE vec activation_gradient_of(const conv_activation *activation, conv_gradient_source source, vec value, vec dy) {
  const bool is_sum = source == CONV_FROM_SUM;
  switch (activation->kind) {
    case CONV_CLIP: return clip_gradient(activation, value, dy);
    case CONV_LEAKY_RELU: return v_select(v_less(v_zero(), value), dy, v_mul(v_set(activation->slope), dy));
    case CONV_SIGMOID: {
      const vec y = is_sum ? v_sigmoid(value) : value;
      return v_mul(dy, v_mul(y, v_sub(v_set(1), y)));
    }
    case CONV_TANH: {
      const vec y = is_sum ? v_tanh(value) : value;
      return v_mul(dy, v_mul(v_sub(v_set(1), y), v_add(v_set(1), y)));
    }
    case CONV_SILU: return v_mul(dy, silu_slope(value));
    case CONV_HARD_SWISH: return v_mul(dy, hard_swish_slope(value));
    case CONV_HARD_SIGMOID: {
      const vec slope = v_set(activation->slope), line = v_fma(slope, value, v_set(activation->offset));
      const vec inside = v_select(v_less(line, v_set(1)), v_mul(dy, slope), v_zero());
      return v_select(v_less(v_zero(), line), inside, v_zero());
    }
    case CONV_GELU: return v_mul(dy, gelu_slope(value));
    case CONV_PRELU: break;  // of networks only, which do not learn
  }
  return dy;
}

typedef struct {
  const conv_activation *activation;
  conv_gradient_source source;
  const float *values, *dy;
  float *dz;
  int64_t count;
} activation_run;

static void activation_item(void *context, int64_t item, int32_t worker) {
  (void)worker;
  const activation_run run = *(const activation_run *)context;
  const conv_activation activation = *run.activation;
  const int64_t first = item * ACTIVATION_VALUES;
  const int64_t end = first + ACTIVATION_VALUES < run.count ? first + ACTIVATION_VALUES : run.count;
  int64_t i = first;
  for (; i + LANES <= end; i += LANES)
    v_store(run.dz + i, activation_gradient_of(&activation, run.source, v_load(run.values + i), v_load(run.dy + i)));
  if (i == end) return;
  const vmask rest = v_first((int)(end - i));
  v_store_masked(run.dz + i, rest,
                 activation_gradient_of(&activation, run.source, v_load_masked(run.values + i, rest),
                                        v_load_masked(run.dy + i, rest)));
}

static void activation_gradient(const conv_activation *activation, conv_gradient_source source, const float *values,
                                const float *dy, float *dz, int64_t count, int32_t threads) {
  activation_run run = {activation, source, values, dy, dz, count};
  team_run(threads, (count + ACTIVATION_VALUES - 1) / ACTIVATION_VALUES, activation_item, &run);
}
