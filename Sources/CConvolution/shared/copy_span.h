// Copies of samples that lie one or two apart.
#pragma once

#include "convolution.h"

INLINE vec load_span(const int stride, const float *from) { return stride == 1 ? v_load(from) : v_load_even(from); }

/// Less than a vector; the lanes behind are 0.
INLINE vec load_short_span(const int stride, const float *from, int32_t count) {
  return stride == 1 ? v_load_masked(from, v_first(count)) : v_load_alternate(from, (1u << count) - 1);
}

/// A vector at least: the last one reaches back over the one before.
INLINE void copy_span(const int stride, const float *from, float *to, int32_t count) {
  const int32_t last = count - LANES;
  for (int32_t i = 0; i < last; i += LANES) v_store(to + i, load_span(stride, from + stride * i));
  v_store(to + last, load_span(stride, from + stride * last));
}
