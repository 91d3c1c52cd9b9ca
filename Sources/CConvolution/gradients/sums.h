// The end of a weight gradient: the stretches' sums are added in a tree, and written in the order asked for.
#pragma once

#include <string.h>

#include "gradients.h"
#include "../shared/transpose.h"
#include "winograd_transforms.h"

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

/// Takes the sums of some output channels of a panel, which are `point` floats apart, to the taps. They are brought together
/// first: points lie in few sets of the cache.
static void take_to_taps(const float *sums, ptrdiff_t point, int32_t floats,
                         float taps[TAPS][SUM_ROWS * TILE_CHANNELS]) {
  float points[POINTS][SUM_ROWS * TILE_CHANNELS];
  for (int32_t p = 0; p < POINTS; p++) memcpy(points[p], sums + p * point, floats * sizeof(float));
  for (int32_t at = 0; at < floats; at += LANES) {
    vec of_tap[TAPS];
    points_to_taps(points[0] + at, SUM_ROWS * TILE_CHANNELS, of_tap);
    EACH(tap, TAPS) v_store(taps[tap] + at, of_tap[tap]);
  }
}

/// Writes some output channels of sums, panel by panel; those of patches are one panel.
static void write_outputs(const weight_cut *cut, const conv_problem *problem, const float *sums,
                          const conv_weight_gradient *dw, int32_t first, int32_t count) {
  const int32_t taps = tap_count(problem), channels = problem->input_channels;
  const int32_t widest = has_panels(cut) ? TILE_CHANNELS : channels;
  for (int32_t channel = 0; channel < channels; channel += widest) {
    const int32_t width = least_of(channels - channel, widest);
    const ptrdiff_t row = sums_row(cut, channel);
    const float *from = sums + sums_begin(cut, 0, channel) + first * row;
    float *to = dw->data + first * dw->output_stride + channel * dw->input_stride;
    ptrdiff_t tap_step = sums_begin(cut, 1, 0);
    float of_taps[TAPS][SUM_ROWS * TILE_CHANNELS];
    if (cut->order == WINOGRAD) {
      take_to_taps(from, tap_step, count * (int32_t)row, of_taps);
      from = of_taps[0];
      tap_step = SUM_ROWS * TILE_CHANNELS;
    }
    if (dw->output_stride == 1)
      for (int32_t tap = 0; tap < taps; tap++)
        transpose(from + tap * tap_step, row, to + tap_offset(problem, dw->kernel_stride, tap), dw->input_stride, count,
                  width);
    else
      for (int32_t o = 0; o < count; o++, from += row, to += dw->output_stride)
        if (taps == 1)
          memcpy(to, from, width * sizeof(float));
        else
          transpose_planes(from, tap_step, to, taps, width);
  }
}

/// Writes rows of sums of layers whose channels meet one by one.
static void write_channels(const weight_cut *cut, const conv_problem *problem, const float *sums,
                           const conv_weight_gradient *dw, int32_t first, int32_t count) {
  for (int32_t row = first; row < first + count; row++) {
    const float *from = sums + row * cut->row;
    float *to = dw->data + row % problem->input_channels * dw->input_stride +
                tap_offset(problem, dw->kernel_stride, row / problem->input_channels);
    for (int32_t o = 0; o < problem->groups * problem->output_channels; o++) to[o * dw->output_stride] = from[o];
  }
}

/// Adds the stretches of some rows to the first one's.
static void add_rows(const weight_cut *cut, float *sums, int32_t first, int32_t count) {
  const ptrdiff_t distance = cut->rows * cut->row;
  if (!has_panels(cut)) {
    add_stretches(sums, distance, cut->stretches, first * cut->row, (first + count) * cut->row);
    return;
  }
  for (int32_t tap = 0; tap < cut->taps; tap++)
    for (int32_t channel = 0; channel < cut->tap; channel += TILE_CHANNELS) {
      const ptrdiff_t begin = sums_begin(cut, tap, channel), row = sums_row(cut, channel);
      add_stretches(sums, distance, cut->stretches, begin + first * row, begin + (first + count) * row);
    }
}

/// Ends some rows: adds the stretches, and writes.
static void end_rows(const weight_cut *cut, const conv_problem *problem, float *sums, const conv_weight_gradient *dw,
                     int32_t first, int32_t count) {
  if (cut->stretches > 1) add_rows(cut, sums, first, count);
  if (cut->order == CHANNELWISE)
    write_channels(cut, problem, sums, dw, first, count);
  else
    write_outputs(cut, problem, sums, dw, first, count);
}
