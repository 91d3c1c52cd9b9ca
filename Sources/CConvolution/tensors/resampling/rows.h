// Resampling of rows: an output is a sum of some rows of x, element by element.
#pragma once

#include <string.h>

#include "tensors.h"

enum {
  /// Rows that are added at a time.
  ROWS_ADDED = 4,
};

INLINE void fill_row(float *y, float value, int64_t count) {
  for (int64_t i = 0; i < count; i++) y[i] = value;
}

/// y = base + sum of weight row, or what y was instead of base.
INLINE void add_weighted(const float *const *rows, const float *weights, const int count, bool first, float base,
                         float *y, int64_t elements) {
  vec weight[ROWS_ADDED];
  EACH(r, count) weight[r] = v_set(weights[r]);
  int64_t i = 0;
  for (; i + LANES <= elements; i += LANES) {
    vec sum = first ? v_set(base) : v_load(y + i);
    EACH(r, count) sum = v_fma(weight[r], v_load(rows[r] + i), sum);
    v_store(y + i, sum);
  }
  if (i == elements) return;
  const vmask rest = v_first((int)(elements - i));
  vec sum = first ? v_set(base) : v_load_masked(y + i, rest);
  EACH(r, count) sum = v_fma(weight[r], v_load_masked(rows[r] + i, rest), sum);
  v_store_masked(y + i, rest, sum);
}

/// One output of an axis, whose samples are rows of `elements` each that begin `row` apart.
INLINE void resample_rows(const conv_resampling *r, int64_t output, const float *x, ptrdiff_t row, float *y,
                          int64_t elements) {
  const int32_t *index = r->index + output * r->taps;
  if (!r->weight) {
    if (*index < 0)
      fill_row(y, r->outside, elements);
    else
      memcpy(y, x + *index * row, elements * sizeof(float));
    return;
  }
  const float *weight = r->weight + output * r->taps;
  float base = 0;
  for (int32_t t = 0; t < r->taps; t++)
    if (index[t] < 0) base += weight[t] * r->outside;
  bool first = true;
  for (int32_t t = 0; t < r->taps || first;) {
    const float *rows[ROWS_ADDED];
    float weights[ROWS_ADDED];
    int count = 0;
    for (; t < r->taps && count < ROWS_ADDED; t++) {
      if (index[t] < 0) continue;
      rows[count] = x + index[t] * row;
      weights[count++] = weight[t];
    }
    switch (count) {
      case 0: if (first) fill_row(y, base, elements); break;
      case 1: add_weighted(rows, weights, 1, first, base, y, elements); break;
      case 2: add_weighted(rows, weights, 2, first, base, y, elements); break;
      case 3: add_weighted(rows, weights, 3, first, base, y, elements); break;
      default: add_weighted(rows, weights, 4, first, base, y, elements);
    }
    first = false;
  }
}
