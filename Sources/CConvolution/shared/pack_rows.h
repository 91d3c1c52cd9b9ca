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

/// Input channels ahead whose weights are fetched while rows are copied: they may be pages away, and nothing foresees
/// them.
enum { ROWS_AHEAD = 8 };

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
          __builtin_prefetch(row + ROWS_AHEAD * w->input_stride);
          store_row(to + (tap * order.tap + c * order.channel) * order.width, width, load_row(w, row, channels));
        }
}

/// Whole panels, from weights whose output channels are side by side, row by row through all panels: the next row may be
/// pages away. A panel begins `panel` floats behind the one before.
INLINE void copy_panels(const conv_problem *problem, const conv_weights *w, const float *from, int32_t panels,
                        row_order order, ptrdiff_t panel, float *to) {
  const int32_t taps = tap_count(problem), channels = panels * order.width;
  for (int32_t tap = 0; tap < taps; tap++)
    for (int32_t c = 0; c < problem->input_channels; c++) {
      const float *row = from + tap_offset(problem, w->kernel_stride, tap) + c * w->input_stride;
      float *packed = to + (tap * order.tap + c * order.channel) * order.width;
      for (int32_t o = 0; o < channels; o += order.width, packed += panel) {
        __builtin_prefetch(row + ROWS_AHEAD * w->input_stride + o);
        for (int32_t lane = 0; lane < order.width; lane += LANES) v_store(packed + lane, v_load(row + o + lane));
      }
    }
}

/// 1 where the taps of a channel lie side by side, -1 where they do from the last to the first, otherwise 0.
INLINE int32_t tap_direction(const conv_problem *problem, const conv_weights *w) {
  ptrdiff_t next = 1;
  bool up = true, down = true;
  for (int axis = 2; axis >= 0; axis--) {
    const int32_t kernel = problem->axis[axis].kernel;
    up &= kernel == 1 || w->kernel_stride[axis] == next;
    down &= kernel == 1 || w->kernel_stride[axis] == -next;
    next *= kernel;
  }
  return up - (down && !up);
}

/// Whether the taps of all input channels are side by side: O I \*kernel.
INLINE bool is_tap_after_tap(const conv_problem *problem, const conv_weights *w) {
  return tap_direction(problem, w) > 0 && (problem->input_channels == 1 || w->input_stride == tap_count(problem));
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

/// Input channel by input channel, from weights whose taps lie side by side: those of LANES output channels turn in
/// registers. It is what the gradient by the input takes, I O \*kernel with taps from the last to the first.
INLINE void turn_taps(const conv_problem *problem, const conv_weights *w, const float *from, int32_t channels,
                      int32_t width, row_order order, float *to) {
  const int32_t taps = tap_count(problem), direction = tap_direction(problem, w);
  if (direction < 0) from -= taps - 1;
  for (int32_t c = 0; c < problem->input_channels; c++, from += w->input_stride)
    for (int32_t first = 0; first < taps; first += LANES) {
      const int32_t count = least_of(taps - first, LANES);
      vec a[LANES];
      for (int i = 0; i < LANES; i++) {
        const float *at = from + i * w->output_stride + first;
        if (i < channels) __builtin_prefetch(at + w->input_stride);
        a[i] = i < channels ? v_load_masked(at, v_first(count)) : v_zero();
      }
      v_transpose(a);
      for (int i = 0; i < count; i++) {
        const ptrdiff_t tap = direction > 0 ? first + i : taps - 1 - first - i;
        store_row(to + (tap * order.tap + c * order.channel) * order.width, width, a[i]);
      }
    }
}

/// Packs up to LANES output channels that begin at `from`, and zeros behind them up to `width`, into rows from `to` on.
INLINE void pack_vector(const conv_problem *problem, const conv_weights *w, const float *from, int32_t channels,
                        int32_t width, row_order order, float *to) {
  if (w->output_stride != 1 && is_tap_after_tap(problem, w))
    turn_rows(problem, w, from, channels, width, order, to);
  else if (w->output_stride != 1 && tap_count(problem) > 1 && tap_direction(problem, w) != 0)
    turn_taps(problem, w, from, channels, width, order, to);
  else
    copy_rows(problem, w, from, channels, width, order, to);
}

/// Packs `channels` output channels that begin at `from`, and zeros up to the width of a row.
INLINE void pack_rows(const conv_problem *problem, const conv_weights *w, const float *from, int32_t channels,
                      row_order order, float *to) {
  for (int32_t o = 0; o < order.width; o += LANES)
    pack_vector(problem, w, from + o * w->output_stride, least_of(channels - o, LANES),
                least_of(order.width - o, LANES), order, to + o);
}
