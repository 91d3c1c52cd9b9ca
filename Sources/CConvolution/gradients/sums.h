// The end of a weight gradient: the stretches' sums are added in a tree, and written in the order asked for.
#pragma once

#include <string.h>

#include "gradients.h"
#include "../shared/transpose.h"
#include "cut.h"

/// Rows that one task ends.
enum { SUM_ROWS = LANES };

/// Adds floats begin..<end of all stretches, `distance` apart, to the first one's: neighbours, then neighbours of those
/// sums.
static void add_stretches(float *sums, ptrdiff_t distance, int32_t stretches, ptrdiff_t begin, ptrdiff_t end) {
  for (ptrdiff_t at = begin; at < end; at += LANES) {
    vec a[MOST_STRETCHES];
    for (int32_t i = 0; i < stretches; i++) a[i] = v_load(sums + i * distance + at);
    for (int32_t count = stretches; count > 1; count = parts_of(count, 2)) {
      for (int32_t i = 0; i < count / 2; i++) a[i] = v_add(a[2 * i], a[2 * i + 1]);
      if (count % 2 == 1) a[count / 2] = a[count - 1];
    }
    v_store(sums + at, a[0]);
  }
}

/// Offset of a tap in the order asked for.
INLINE ptrdiff_t tap_offset(const conv_problem *problem, const conv_weight_gradient *dw, int32_t tap) {
  const int32_t width = problem->axis[2].kernel, height = problem->axis[1].kernel;
  return tap / width / height * dw->kernel_stride[0] + tap / width % height * dw->kernel_stride[1] +
         tap % width * dw->kernel_stride[2];
}

/// Whether the only stretch's sums lie as those asked for, and can be summed where they go.
static bool sums_in_place(const weight_cut *cut, const conv_problem *problem, const conv_weight_gradient *dw) {
  if (cut->order != DENSE || cut->stretches > 1 || cut->tap != problem->input_channels) return false;
  for (int32_t tap = 0; tap < tap_count(problem); tap++)
    if (tap_offset(problem, dw, tap) != (ptrdiff_t)tap * cut->tap) return false;
  return dw->input_stride == 1 && dw->output_stride == cut->row;
}

/// Writes rows of sums, each of one output channel.
static void write_rows(const weight_cut *cut, const conv_problem *problem, const float *sums,
                       const conv_weight_gradient *dw, int32_t first, int32_t count) {
  const int32_t taps = tap_count(problem), channels = problem->input_channels;
  const float *rows = sums + first * cut->row;
  float *to = dw->data + first * dw->output_stride;
  if (dw->output_stride == 1) {
    for (int32_t tap = 0; tap < taps; tap++)
      transpose(rows + tap * cut->tap, cut->row, to + tap_offset(problem, dw, tap), dw->input_stride, count, channels);
    return;
  }
  for (int32_t o = 0; o < count; o++, rows += cut->row, to += dw->output_stride)
    if (taps == 1)
      memcpy(to, rows, channels * sizeof(float));
    else
      transpose_planes(rows, cut->tap, to, taps, channels);
}

/// Ends some rows: adds the stretches, and writes.
static void end_rows(const weight_cut *cut, const conv_problem *problem, float *sums, const conv_weight_gradient *dw,
                     int32_t first, int32_t count) {
  if (cut->stretches > 1)
    add_stretches(sums, cut->rows * cut->row, cut->stretches, first * cut->row, (first + count) * cut->row);
  if (cut->order != CHANNELWISE) {
    write_rows(cut, problem, sums, dw, first, count);
    return;
  }
  for (int32_t row = first; row < first + count; row++) {
    const float *from = sums + row * cut->row;
    float *to = dw->data + row % problem->input_channels * dw->input_stride +
                tap_offset(problem, dw, row / problem->input_channels);
    for (int32_t o = 0; o < problem->groups * problem->output_channels; o++) to[o * dw->output_stride] = from[o];
  }
}
