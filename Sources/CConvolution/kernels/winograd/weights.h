// Weights at the points, computed in float64 and packed: [panel][position][row][channel]. A position is a point of
// height and one of width; rows are the input channels of every tap of depth, and a tap's begin with a whole vector.
#pragma once

#include <string.h>

#include "../../shared/problem.h"
#include "../../shared/sizes.h"
#include "../../shared/winograd_points.h"

enum { PANEL_VECTORS = PAIR_BROADCASTS > 0 ? 2 * TILE_VECTORS : TILE_VECTORS, PANEL = PANEL_VECTORS * LANES };
enum { MOST_TAPS = 5 };

INLINE int32_t whole_vectors(int32_t channels) { return (channels + LANES - 1) / LANES * LANES; }

/// Points of an axis.
INLINE int32_t points_of(int32_t outputs, int32_t kernel) { return outputs > 1 ? outputs + kernel - 1 : 1; }

/// Rows of a position.
INLINE int32_t row_count(int32_t input_channels, int32_t depth_taps) {
  return (depth_taps - 1) * whole_vectors(input_channels) + input_channels;
}

INLINE int32_t group_panels(int32_t output_channels) { return parts_of(output_channels, PANEL); }

static int32_t panel_count(const conv_problem *problem) {
  return problem->groups * group_panels(problem->output_channels);
}

static int32_t panel_channel(const conv_problem *problem, int32_t panel) {
  const int32_t panels = group_panels(problem->output_channels);
  return panel / panels * problem->output_channels + panel % panels * PANEL;
}

/// Points of height times points of width.
INLINE int32_t position_count(const conv_problem *problem) {
  const int32_t *outputs = problem->form.outputs;
  return points_of(outputs[1], problem->axis[1].kernel) * points_of(outputs[2], problem->axis[2].kernel);
}

/// Rows of all positions.
INLINE size_t weight_rows(const conv_problem *problem) {
  return (size_t)position_count(problem) * row_count(problem->input_channels, problem->axis[0].kernel);
}

static size_t packed_bytes(const conv_problem *problem) {
  return problem->groups * weight_rows(problem) * whole_vectors(problem->output_channels) * sizeof(float);
}

/// What every tap contributes to every point of an axis.
typedef struct {
  int32_t points, taps;
  double of[MOST_POINTS][MOST_TAPS];
} weight_transform;

INLINE weight_transform transform_of(const conv_problem *problem, int axis) {
  const int32_t taps = problem->axis[axis].kernel;
  weight_transform t = {.points = points_of(problem->form.outputs[axis], taps), .taps = taps};
  for (int point = 0; point < t.points; point++)
    for (int tap = 0; tap < t.taps; tap++) t.of[point][tap] = weight_coefficient(t.points, point, tap, t.taps);
  return t;
}

/// Transforms one input channel of `count` <= LANES output channels that begin at `from`, for one tap of depth; a
/// position's row is `next_position` floats behind that of the one before it. Taps that there are not are zeros, so that
/// all loops over up to `most_taps` taps are unrolled.
INLINE void transform_row(const int most_taps, const conv_weights *w, const float *from, int32_t count,
                          const weight_transform *height, const weight_transform *width, float *to,
                          size_t next_position) {
  double taps[MOST_TAPS][MOST_TAPS][LANES] = {0};
  for (int32_t kh = 0; kh < height->taps; kh++)
    for (int32_t kw = 0; kw < width->taps; kw++) {
      const float *tap = from + kh * w->kernel_stride[1] + kw * w->kernel_stride[2];
      for (int32_t o = 0; o < count; o++) taps[kh][kw][o] = tap[o * w->output_stride];
    }
  for (int32_t i = 0; i < height->points; i++) {
    double rows[MOST_TAPS][LANES] = {0};
    EACH(kw, most_taps) EACH(kh, most_taps)
      for (int o = 0; o < LANES; o++) rows[kw][o] += height->of[i][kh] * taps[kh][kw][o];
    for (int32_t j = 0; j < width->points; j++, to += next_position) {
      double sum[LANES] = {0};
      EACH(kw, most_taps)
        for (int o = 0; o < LANES; o++) sum[o] += width->of[j][kw] * rows[kw][o];
      for (int o = 0; o < LANES; o++) to[o] = (float)sum[o];
    }
  }
}

static void transform_row_of_three(const conv_weights *w, const float *from, int32_t count,
                                   const weight_transform *height, const weight_transform *width, float *to,
                                   size_t next_position) {
  transform_row(3, w, from, count, height, width, to, next_position);
}

static void transform_row_of_five(const conv_weights *w, const float *from, int32_t count,
                                  const weight_transform *height, const weight_transform *width, float *to,
                                  size_t next_position) {
  transform_row(MOST_TAPS, w, from, count, height, width, to, next_position);
}

/// Rows of a position that are written together: positions lie in few sets of the cache, which would not keep a line
/// until the rest of it comes.
enum { ROWS_TOGETHER = 4 * LINE_FLOATS > PANEL ? 4 * LINE_FLOATS / PANEL : 1 };

/// Packs the rows of a panel for one tap of depth: those of `inputs` input channels, which begin at `from`. A row has
/// `panel` floats.
static void pack_tap(const conv_weights *w, const float *from, int32_t inputs, int32_t channels, int32_t panel,
                     const weight_transform *height, const weight_transform *width, float *to, size_t next_position) {
  float together[MOST_POINTS * MOST_POINTS * ROWS_TOGETHER * PANEL];
  const bool is_small = height->taps <= 3 && width->taps <= 3;
  for (int32_t first = 0; first < inputs; first += ROWS_TOGETHER) {
    const int32_t rows = least_of(inputs - first, ROWS_TOGETHER), floats = rows * panel;
    for (int32_t c = 0; c < rows; c++) {
      const float *row = from + (first + c) * w->input_stride, *next = row + ROWS_TOGETHER * w->input_stride;
      for (int32_t o = 0; o < channels; o++) __builtin_prefetch(next + o * w->output_stride);
      for (int32_t o = 0; o < channels; o += LANES)
        (is_small ? transform_row_of_three : transform_row_of_five)(
            w, row + o * w->output_stride, least_of(channels - o, LANES), height, width, together + c * panel + o,
            floats);
    }
    for (int32_t position = 0; position < height->points * width->points; position++)
      memcpy(to + position * next_position + (ptrdiff_t)first * panel, together + position * floats,
             floats * sizeof(float));
  }
}

static void pack(const conv_problem *problem, const conv_weights *w, int32_t first_panel, int32_t end_panel,
                 void *packed) {
  const weight_transform height = transform_of(problem, 1), width = transform_of(problem, 2);
  const int32_t inputs = problem->input_channels, outputs = problem->output_channels, taps = problem->axis[0].kernel;
  const size_t rows = row_count(inputs, taps), all_rows = weight_rows(problem);
  for (int32_t index = first_panel; index < end_panel; index++) {
    const int32_t group = index / group_panels(outputs), first = index % group_panels(outputs) * PANEL;
    const int32_t channels = least_of(outputs - first, PANEL), panel = whole_vectors(channels);
    const float *from = w->data + (group * (ptrdiff_t)outputs + first) * w->output_stride;
    float *to = (float *)packed + all_rows * ((size_t)group * whole_vectors(outputs) + first);
    // Rows between the channels of two taps of depth meet samples of 0.
    if (taps > 1) memset(to, 0, all_rows * panel * sizeof(float));
    for (int32_t kd = 0; kd < taps; kd++)
      pack_tap(w, from + kd * w->kernel_stride[0], inputs, channels, panel, &height, &width,
               to + (ptrdiff_t)kd * whole_vectors(inputs) * panel, rows * panel);
  }
}
