// The end of every microkernel: a sum becomes an output.
#include "CConvolution.h"

/// min(max(sum + bias [+ residual], minimum), maximum), of the lanes of `mask` or of all; NaN stays NaN.
INLINE void store_output(const conv_activation *activation, vec sum, vec bias, const float *residual, float *y,
                         const bool all, vmask mask) {
  vec value = v_add(sum, bias);
  if (residual) value = v_add(value, all ? v_load(residual) : v_load_masked(residual, mask, v_zero()));
  value = v_min(v_set(activation->maximum), v_max(v_set(activation->minimum), value));
  if (all)
    v_store(y, value);
  else
    v_store_masked(y, mask, value);
}
