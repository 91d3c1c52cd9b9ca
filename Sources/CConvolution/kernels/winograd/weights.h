// Weights at the points, computed in float64 and packed: [panel][position][row][channel]. A position is a point of
// height and one of width; rows are the input channels of every tap of depth, and a tap's begin with a whole vector.
#pragma once

#include <string.h>

#include "../sizes.h"
#include "points.h"

enum { PANEL_VECTORS = PAIR_BROADCASTS > 0 ? 2 * TILE_VECTORS : TILE_VECTORS, PANEL = PANEL_VECTORS * LANES };
enum { MOST_TAPS = 5 };

INLINE int32_t whole_vectors(int32_t channels) { return (channels + LANES - 1) / LANES * LANES; }

/// Points of an axis.
INLINE int32_t points_of(int32_t outputs, int32_t kernel) { return outputs > 1 ? outputs + kernel - 1 : 1; }

/// Rows of a position.
INLINE int32_t row_count(int32_t input_channels, int32_t depth_taps) {
  return (depth_taps - 1) * whole_vectors(input_channels) + input_channels;
}

static int32_t group_panels(int32_t output_channels) { return (output_channels + PANEL - 1) / PANEL; }

static int32_t panel_count(const conv_weights *w) { return w->groups * group_panels(w->output_channels); }

INLINE size_t position_count(const conv_weights *w) {
  return (size_t)points_of(w->winograd[1], w->kernel[1]) * points_of(w->winograd[2], w->kernel[2]);
}

static size_t packed_floats(const conv_weights *w) {
  return w->groups * position_count(w) * row_count(w->input_channels, w->kernel[0]) * whole_vectors(w->output_channels);
}

/// What every tap contributes to every point of an axis.
typedef struct {
  int32_t points, taps;
  double of[MOST_POINTS][MOST_TAPS];
} weight_transform;

INLINE weight_transform transform_of(const conv_weights *w, int axis) {
  weight_transform t = {.points = points_of(w->winograd[axis], w->kernel[axis]), .taps = w->kernel[axis]};
  for (int point = 0; point < t.points; point++)
    for (int tap = 0; tap < t.taps; tap++) t.of[point][tap] = weight_coefficient(t.points, point, tap, t.taps);
  return t;
}

/// Transforms one input channel of `count` <= LANES output channels that begin at `from`, for one tap of depth; a
/// position's row is `next_position` floats behind that of the one before it.
INLINE void pack_row(const conv_weights *w, const float *from, int32_t count, const weight_transform *height,
                     const weight_transform *width, float *to, size_t next_position) {
  double taps[MOST_TAPS][MOST_TAPS][LANES] = {0};
  for (int32_t kh = 0; kh < height->taps; kh++)
    for (int32_t kw = 0; kw < width->taps; kw++) {
      const float *tap = from + kh * w->kernel_stride[1] + kw * w->kernel_stride[2];
      for (int32_t o = 0; o < count; o++) taps[kh][kw][o] = tap[o * w->output_stride];
    }
  for (int32_t i = 0; i < height->points; i++) {
    double rows[MOST_TAPS][LANES] = {0};
    for (int32_t kw = 0; kw < width->taps; kw++)
      for (int32_t kh = 0; kh < height->taps; kh++)
        UNROLL for (int o = 0; o < LANES; o++) rows[kw][o] += height->of[i][kh] * taps[kh][kw][o];
    for (int32_t j = 0; j < width->points; j++, to += next_position) {
      double sum[LANES] = {0};
      for (int32_t kw = 0; kw < width->taps; kw++)
        UNROLL for (int o = 0; o < LANES; o++) sum[o] += width->of[j][kw] * rows[kw][o];
      UNROLL for (int o = 0; o < LANES; o++) to[o] = (float)sum[o];
    }
  }
}

static void pack(const conv_weights *w, float *packed) {
  const weight_transform height = transform_of(w, 1), width = transform_of(w, 2);
  const size_t positions = position_count(w);
  const int32_t rows = row_count(w->input_channels, w->kernel[0]), channel_rows = whole_vectors(w->input_channels);
  for (int32_t group = 0; group < w->groups; group++)
    for (int32_t first = 0; first < w->output_channels; first += PANEL) {
      const int32_t channels = least_of(w->output_channels - first, PANEL), panel = whole_vectors(channels);
      const float *from = w->data + (group * (ptrdiff_t)w->output_channels + first) * w->output_stride;
      // Rows between the channels of two taps of depth meet samples of 0.
      if (rows > w->input_channels) memset(packed, 0, positions * rows * panel * sizeof(float));
      for (int32_t kd = 0; kd < w->kernel[0]; kd++)
        for (int32_t c = 0; c < w->input_channels; c++)
          for (int32_t o = 0; o < channels; o += LANES)
            pack_row(w, from + o * w->output_stride + kd * w->kernel_stride[0] + c * w->input_stride,
                     least_of(channels - o, LANES), &height, &width,
                     packed + (ptrdiff_t)(kd * channel_rows + c) * panel + o, (size_t)rows * panel);
      packed += positions * rows * panel;
    }
}
