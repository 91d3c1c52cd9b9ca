// Packing: weights of neighbouring output channels become rows, one for each input channel and tap.
#pragma once

#include "problem.h"
#include "sizes.h"

/// Where rows are written: those of two taps are `tap` rows apart, those of two input channels `channel`. All have
/// `width` floats.
typedef struct {
  ptrdiff_t tap, channel;
  int32_t width;
} row_order;

/// Writes the first `count` of LANES channels of a row.
INLINE void store_row(float *row, int32_t count, vec channels) {
  if (count == LANES)
    v_store(row, channels);
  else
    v_store_masked(row, v_first(count), channels);
}

/// The weights of `channels` output channels for one tap and input channel.
INLINE vec load_row(const conv_weights *w, const float *row, int32_t channels) {
  if (w->output_stride == 1) return v_load_masked(row, v_first(channels));
  float gathered[LANES] = {0};
  for (int32_t o = 0; o < channels; o++) gathered[o] = row[o * w->output_stride];
  return v_load(gathered);
}

/// Row by row, from weights that lie anyhow: at best those whose output channels are side by side, \*kernel I O.
INLINE void copy_rows(const conv_problem *problem, const conv_weights *w, const float *from, int32_t channels,
                      int32_t width, row_order order, float *to) {
  const conv_axis *axis = problem->axis;
  for (int32_t c = 0; c < problem->input_channels; c++)
    for (int32_t kd = 0; kd < axis[0].kernel; kd++)
      for (int32_t kh = 0; kh < axis[1].kernel; kh++)
        for (int32_t kw = 0; kw < axis[2].kernel; kw++) {
          const float *row = from + c * w->input_stride + kd * w->kernel_stride[0] + kh * w->kernel_stride[1] +
                             kw * w->kernel_stride[2];
          const ptrdiff_t tap = (kd * axis[1].kernel + kh) * axis[2].kernel + kw;
          store_row(to + (tap * order.tap + c * order.channel) * order.width, width, load_row(w, row, channels));
        }
}

/// Whether the taps of all input channels are side by side: O I \*kernel.
INLINE bool is_tap_after_tap(const conv_problem *problem, const conv_weights *w) {
  ptrdiff_t next = 1;
  for (int axis = 2; axis >= 0; axis--) {
    if (problem->axis[axis].kernel > 1 && w->kernel_stride[axis] != next) return false;
    next *= problem->axis[axis].kernel;
  }
  return problem->input_channels == 1 || w->input_stride == next;
}

/// From weights whose taps of all input channels are side by side. LANES x LANES of them turn in registers.
INLINE void turn_rows(const conv_problem *problem, const conv_weights *w, const float *from, int32_t channels,
                      int32_t width, row_order order, float *to) {
  const int32_t taps = tap_count(problem);
  const ptrdiff_t count = (ptrdiff_t)taps * problem->input_channels;
  int32_t tap = 0;
  float *packed = to;
  for (ptrdiff_t at = 0; at < count; at += LANES) {
    const int32_t columns = clamped(count - at, 0, LANES);
    vec a[LANES];
    if (channels == LANES && columns == LANES)
      EACH(i, LANES) a[i] = v_load(from + i * w->output_stride + at);
    else
      for (int i = 0; i < LANES; i++)
        a[i] = i < channels ? v_load_masked(from + i * w->output_stride + at, v_first(columns)) : v_zero();
    v_transpose(a);
    for (int i = 0; i < columns; i++) {
      store_row(packed, width, a[i]);
      packed += order.tap * order.width;
      if (++tap == taps) {
        tap = 0;
        packed += (order.channel - taps * order.tap) * order.width;
      }
    }
  }
}

/// Packs `channels` output channels that begin at `from`, and zeros up to the width of a row.
INLINE void pack_rows(const conv_problem *problem, const conv_weights *w, const float *from, int32_t channels,
                      row_order order, float *to) {
  for (int32_t o = 0; o < order.width; o += LANES) {
    const int32_t width = least_of(order.width - o, LANES), present = least_of(channels - o, LANES);
    if (w->output_stride == 1 || !is_tap_after_tap(problem, w))
      copy_rows(problem, w, from + o * w->output_stride, present, width, order, to + o);
    else
      turn_rows(problem, w, from + o * w->output_stride, present, width, order, to + o);
  }
}
