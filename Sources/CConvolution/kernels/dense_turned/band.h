// A band: some rows of outputs and the input rows that they meet, turned to channels-last in the workspace. Input rows
// that no output of the band meets are left out.
#pragma once

#include "../../shared/arena.h"
#include "../../shared/problem.h"

/// Of the largest band of a problem.
typedef struct {
  int32_t input_rows, output_rows;  ///< input rows: for one tap of depth
  int32_t input_columns, output_columns;
} band_size;

/// What is not held has no place in a band.
INLINE int32_t held_count(const conv_axis *axis) { return axis->held_end - axis->held_begin; }

/// Bytes of one row, for all taps of depth.
INLINE int64_t input_row_bytes(const conv_problem *problem, int32_t columns) {
  return (int64_t)problem->axis[0].kernel * columns * problem->input_channels * (int64_t)sizeof(float);
}

INLINE int64_t output_row_bytes(const conv_problem *problem, int32_t columns) {
  return (int64_t)columns * problem->output_channels * (int64_t)sizeof(float);
}

/// The second-level cache; of a large one the half, which a band then fits whole.
INLINE int64_t band_cache(const conv_problem *problem) {
  const int64_t cache = problem->caches.level[1], half = cache / 2, small = 512 << 10;
  return cache < small ? cache : half < small ? small : half;
}

/// Whether the input rows of an output row of `inputs` columns, and the output row, fit the second-level cache.
INLINE bool has_short_rows(const conv_problem *problem, int32_t inputs) {
  const int64_t cache = band_cache(problem);
  return problem->axis[1].kernel * input_row_bytes(problem, inputs) <= cache &&
         output_row_bytes(problem, problem->axis[2].output) <= cache;
}

/// Outputs take half of that cache, and samples may take a little more than all of it: a tile meets few rows at a time,
/// and larger bands turn fewer rows twice. One row of outputs is the least, or where rows are long a part of one, whose
/// samples take half of the cache.
INLINE band_size band_size_of(const conv_problem *problem) {
  const conv_axis *height = &problem->axis[1], *width = &problem->axis[2];
  const int64_t cache = band_cache(problem);
  const int32_t held = held_count(height), rows = least_of(height->kernel, held);
  band_size most = {.input_columns = held_count(width), .output_columns = width->output};
  if (!has_short_rows(problem, most.input_columns)) {
    const int64_t span = tap_span(width), column = input_row_bytes(problem, 1) * (rows > 0 ? rows : 1);
    const int32_t most_samples = clamped(cache / 2 / column, clamped(span, 1, INT32_MAX), INT32_MAX);
    most.input_columns = least_of(most_samples, most.input_columns);
    most.output_columns = least_of(clamped((most_samples - span) / width->stride + 1, 1, width->output),
                                   clamped(cache / 2 / output_row_bytes(problem, 1), 1, INT32_MAX));
  }
  const int64_t input = input_row_bytes(problem, most.input_columns);
  const int64_t output = output_row_bytes(problem, most.output_columns);
  most.input_rows = clamped(input > 0 ? cache / 4 * 5 / input : held, rows, held);
  most.output_rows = clamped(output > 0 ? cache / 2 / output : 1, 1, height->output > 0 ? height->output : 1);
  return most;
}

typedef struct {
  band_size most;
  float *input;         ///< [depth tap][most.input_rows][column][channel]
  float *output;        ///< [row][column][channel]
  int32_t *depth_map;   ///< of one output plane, as in conv_axis
  int32_t *height_map;  ///< of the output rows, to rows of the band
  int32_t *row_of;      ///< held row of the image -> row of the band, or CONV_CONSTANT
} band;

INLINE band take_band(arena *a, const conv_problem *problem) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1];
  band b = {.most = band_size_of(problem)};
  b.input = arena_take(a, b.most.input_rows * input_row_bytes(problem, b.most.input_columns));
  b.output = arena_take(a, b.most.output_rows * output_row_bytes(problem, b.most.output_columns));
  b.depth_map = TAKE(a, int32_t, 2 * (int64_t)depth->kernel);
  b.height_map = TAKE(a, int32_t, (1 + (int64_t)b.most.output_rows) * height->kernel);
  b.row_of = TAKE(a, int32_t, held_count(height));
  return b;
}

/// Numbers the input rows that output rows from `first` on need, as many as fit, in rising order. Returns how many
/// output rows and says how many input rows that are.
INLINE int32_t fit_rows(const band *b, const conv_axis *height, int32_t first, int32_t end, int32_t *rows) {
  int32_t *row_of = b->row_of - height->held_begin, count = 0;
  for (int32_t i = height->held_begin; i < height->held_end; i++) row_of[i] = CONV_CONSTANT;
  *rows = 0;
  for (; count < b->most.output_rows && first + count < end; count++) {
    const tap_row taps = taps_of(height, first + count);
    int32_t added = 0;
    for (int32_t k = 0; k < height->kernel; k++) {
      const int32_t i = tap_index(taps, k);
      if (i < 0 || row_of[i] >= 0) continue;
      row_of[i] = count;
      added++;
    }
    if (*rows + added > b->most.input_rows) {
      for (int32_t k = 0; k < height->kernel; k++) {
        const int32_t i = tap_index(taps, k);
        if (i >= 0 && row_of[i] == count) row_of[i] = CONV_CONSTANT;
      }
      break;
    }
    *rows += added;
  }
  int32_t number = 0;
  for (int32_t i = height->held_begin; i < height->held_end; i++)
    if (row_of[i] >= 0) row_of[i] = number++;
  return count;
}

/// The height axis of a band: the image's map, in rows of the band.
INLINE conv_axis band_height(const band *b, const conv_axis *height, int32_t first, int32_t count, int32_t rows) {
  conv_axis axis = {.input = rows, .output = count, .kernel = height->kernel, .stride = 1, .dilation = 1,
                    .held_end = rows, .map = b->height_map, .constant = height->constant};
  int32_t *mapped = b->height_map + height->kernel;
  int32_t last = 0;
  for (int32_t at = 0; at < count; at++) {
    const tap_row taps = taps_of(height, first + at);
    for (int32_t k = 0; k < height->kernel; k++) {
      const int32_t i = tap_index(taps, k);
      mapped[k] = i < 0 ? CONV_CONSTANT : b->row_of[i - height->held_begin];
    }
    // Rows between two taps may be missing in the band: their distance is that of the first output row inside, and the
    // step from one output row to the next is that of the first two.
    const int32_t distance = height->kernel > 1 ? mapped[1] - mapped[0] : 1;
    bool inside = is_inside(height, first + at) && (axis.inside_end == 0 || axis.inside_end == at);
    for (int32_t k = 1; k < height->kernel && inside; k++) inside = mapped[k] - mapped[k - 1] == distance;
    if (inside && axis.inside_end == 0) {
      axis.inside_begin = at;
      axis.dilation = distance;
    } else if (inside) {
      if (at == axis.inside_begin + 1) axis.stride = mapped[0] - last;
      inside = distance == axis.dilation && mapped[0] - last == axis.stride;
    }
    if (inside) {
      last = mapped[0];
      axis.inside_end = at + 1;
    } else {
      mapped += height->kernel;
    }
  }
  axis.before = (axis.inside_end - 1) * axis.stride - last;
  for (int32_t k = 0; k < height->kernel; k++) b->height_map[k] = k * axis.dilation;
  return axis;
}

/// The depth axis of a band, which has one output plane and an input plane for each of its taps.
INLINE conv_axis band_depth(const band *b, const conv_axis *depth, int32_t plane) {
  conv_axis axis = {.input = depth->kernel, .output = 1, .kernel = depth->kernel, .stride = 1, .dilation = 1,
                    .inside_end = 1, .held_end = depth->kernel, .map = b->depth_map, .constant = depth->constant};
  const tap_row taps = taps_of(depth, plane);
  for (int32_t k = 0; k < depth->kernel; k++) {
    const bool outside = tap_index(taps, k) < 0;
    b->depth_map[k] = k;
    b->depth_map[depth->kernel + k] = outside ? CONV_CONSTANT : k;
    if (outside) axis.inside_end = 0;
  }
  return axis;
}
