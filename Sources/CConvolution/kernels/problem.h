// Questions to a problem that several kernels ask.
#pragma once

#include "CConvolution.h"

INLINE int32_t tap_count(const conv_problem *problem) {
  return problem->axis[0].kernel * problem->axis[1].kernel * problem->axis[2].kernel;
}

/// Where the taps of one output of an axis lie: tap k at first + taps[k], or outside where that is CONV_CONSTANT.
typedef struct {
  const int32_t *taps;
  int32_t first;
} tap_row;

INLINE bool is_inside(const conv_axis *axis, int32_t output) {
  return output >= axis->inside_begin && output < axis->inside_end;
}

/// Where the taps of an output that is inside begin.
INLINE int32_t first_tap(const conv_axis *axis, int32_t output) {
  return (int32_t)((int64_t)output * axis->stride - axis->before);
}

INLINE tap_row taps_of(const conv_axis *axis, int32_t output) {
  if (is_inside(axis, output)) return (tap_row){axis->map, first_tap(axis, output)};
  const int32_t row = output < axis->inside_begin ? output : output - (axis->inside_end - axis->inside_begin);
  return (tap_row){axis->map + (ptrdiff_t)(1 + row) * axis->kernel, 0};
}

/// The index that a tap reads, or CONV_CONSTANT.
INLINE int32_t tap_index(tap_row row, int32_t tap) { return row.first + row.taps[tap]; }

/// Whether every border tap that reads a constant reads 0.
INLINE bool has_zero_constants(const conv_problem *problem) {
  return problem->axis[0].constant[0] == 0 && problem->axis[1].constant[0] == 0 && problem->axis[2].constant[0] == 0;
}
