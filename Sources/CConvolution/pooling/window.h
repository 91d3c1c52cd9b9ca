// Which taps of a window lie inside the input, axis by axis.
#pragma once

#include "../shared/problem.h"
#include "../shared/sizes.h"

/// A loop over 0..<count taps, as often a few as many: unrolling it would only make the code larger.
#define TAPS(index, count) \
  _Pragma("clang loop unroll(disable)") for (int32_t index = 0; index < (count); index++)

/// Taps begin..<end.
typedef struct {
  int32_t begin, end;
} tap_range;

/// Where the first tap of an output lies.
INLINE int64_t window_begin(const conv_axis *axis, int32_t output) {
  return (int64_t)output * axis->stride - axis->before;
}

/// The taps of an output at the positions begin..<end.
INLINE tap_range taps_within(const conv_axis *axis, int32_t output, int64_t begin, int64_t end) {
  const int64_t first = window_begin(axis, output), step = axis->dilation;
  if (first >= begin && first + tap_span(axis) <= end) return (tap_range){0, axis->kernel};
  const int32_t before = clamped(first >= begin ? 0 : (begin - first + step - 1) / step, 0, axis->kernel);
  return (tap_range){before, clamped(first >= end ? 0 : (end - first + step - 1) / step, before, axis->kernel)};
}

/// The taps of an output, along one axis, that a mean is divided by.
INLINE float counted_taps(const conv_pool *pool, int a, int32_t output) {
  const tap_range taps = taps_within(&pool->axis[a], output, pool->counted_begin[a], pool->counted_end[a]);
  return (float)(taps.end - taps.begin);
}

/// The taps of an output that lie inside: how many, and where the first of them does.
typedef struct {
  int32_t taps, first;
} axis_window;

INLINE axis_window window_of(const conv_axis *axis, int32_t output) {
  if (is_inside(axis, output)) return (axis_window){axis->kernel, first_tap(axis, output)};
  const tap_range inside = taps_within(axis, output, 0, axis->input);
  if (inside.begin == inside.end) return (axis_window){0, 0};
  const int64_t first = window_begin(axis, output) + (int64_t)inside.begin * axis->dilation;
  return (axis_window){inside.end - inside.begin, (int32_t)first};
}

/// From one tap of an axis to the next, in samples of x.
INLINE ptrdiff_t tap_step(const conv_pool *pool, int a) { return pool->axis[a].dilation * pool->x.axis[a]; }
