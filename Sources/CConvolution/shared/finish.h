// The end of every microkernel: a sum becomes an output.
#pragma once

#include "activation.h"

/// What outputs are clamped to. Kept in registers: stores to y might change what lies in memory.
typedef struct {
  vec minimum, maximum;
} output_bounds;

INLINE output_bounds bounds_of(const conv_activation *activation) {
  return (output_bounds){v_set(activation->minimum), v_set(activation->maximum)};
}

/// x, with 0 for -0. A sum that underflows to -0 stays that where a tap outside is left out, and becomes 0 where the
/// tap adds a 0, which depends on how outputs are cut into tiles: no sum of a layer is -0.
INLINE vec without_negative_zero(vec x) { return v_add(x, v_zero()); }

/// min(max(sum + bias [+ residual], minimum), maximum), of the lanes of `mask` or of all; NaN stays NaN.
INLINE void store_output(output_bounds bounds, vec sum, vec bias, const float *residual, float *y, const bool all,
                         vmask mask) {
  vec value = v_add(sum, without_negative_zero(bias));
  if (residual) value = v_add(value, all ? v_load(residual) : v_load_masked(residual, mask));
  value = v_min(bounds.maximum, v_max(bounds.minimum, value));
  if (all)
    v_store(y, value);
  else
    v_store_masked(y, mask, value);
}
