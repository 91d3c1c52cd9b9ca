// Where a tile of output pixels finds its input in channels-last memory: one pointer a pixel and tap.
#pragma once

#include "arena.h"
#include "problem.h"

/// Consecutive input samples that meet consecutive rows of packed weights: a tap's channels, or the channels of a whole
/// row of taps where they lie side by side.
typedef struct {
  int32_t weight_row, length;
  int32_t pointer_row;  ///< of the table's pointers
  ptrdiff_t offset;     ///< added to them
} tap_run;

typedef struct {
  int32_t count;
  const tap_run *runs;
  const float **pointers;             ///< [row][TILE_BROADCASTS], to a pixel's first channel
  ptrdiff_t output[TILE_BROADCASTS];  ///< offset of each pixel in y
  tap_run *inside_runs;               ///< of every tile whose taps all lie inside: one row of pointers, an offset a tap
  int32_t inside_count;
  tap_run *border_runs;               ///< of a tile at the border: a row of pointers a tap, or a joined row of taps
  int32_t joined;                     ///< taps along the width that a run joins
} pixel_table;

INLINE pixel_table take_pixel_table(arena *a, const conv_problem *problem) {
  const int32_t taps = tap_count(problem);
  pixel_table table = {.pointers = TAKE(a, const float *, taps * TILE_BROADCASTS)};
  table.inside_runs = TAKE(a, tap_run, taps);
  table.border_runs = TAKE(a, tap_run, taps);
  return table;
}

INLINE size_t pixel_table_bytes(const conv_problem *problem) {
  arena a = {0};
  take_pixel_table(&a, problem);
  return a.used;
}

/// Readies a table for the tiles of a task. With `join`, the channels of a pixel begin where those of the one before
/// end, and taps that are side by side along the width become one run.
INLINE void begin_pixel_table(pixel_table *table, const conv_problem *problem, const bool join) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const int32_t channels = problem->input_channels;
  const int32_t joined = table->joined = join && width->dilation == 1 ? width->kernel : 1;
  table->inside_count = 0;
  for (int32_t kd = 0; kd < depth->kernel; kd++)
    for (int32_t kh = 0; kh < height->kernel; kh++)
      for (int32_t kw = 0; kw < width->kernel; kw += joined)
        table->inside_runs[table->inside_count++] = (tap_run){
            .weight_row = ((kd * height->kernel + kh) * width->kernel + kw) * channels,
            .length = joined * channels,
            .offset = (ptrdiff_t)kd * depth->dilation * problem->x.axis[0] +
                      (ptrdiff_t)kh * height->dilation * problem->x.axis[1] +
                      (ptrdiff_t)kw * width->dilation * problem->x.axis[2],
        };
}

/// A tile at the border: a row of pointers for every tap but those that read a zero border for all pixels. Taps stay
/// joined where all pixels are inside along the width.
static inline void pixel_table_fill_border(pixel_table *table, const conv_problem *problem, const float *x,
                                           const int32_t position[TILE_BROADCASTS][3], const int32_t count) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const ptrdiff_t *step = problem->x.axis;
  const bool skips = has_zero_constants(problem);
  int32_t joined = table->joined;
  tap_row depth_taps[TILE_BROADCASTS], height_taps[TILE_BROADCASTS], width_taps[TILE_BROADCASTS];
  for (int32_t p = 0; p < count; p++) {
    depth_taps[p] = taps_of(depth, position[p][0]);
    height_taps[p] = taps_of(height, position[p][1]);
    width_taps[p] = taps_of(width, position[p][2]);
    if (!is_inside(width, position[p][2])) joined = 1;
  }
  int32_t runs = 0;
  for (int32_t kd = 0; kd < depth->kernel; kd++) {
    for (int32_t kh = 0; kh < height->kernel; kh++) {
      // A row of the input, or a constant that no step along the row leaves.
      const float *row[TILE_BROADCASTS];
      ptrdiff_t column_step[TILE_BROADCASTS];
      bool any_inside = false;
      for (int32_t p = 0; p < count; p++) {
        const int32_t z = tap_index(depth_taps[p], kd);
        const int32_t i = tap_index(height_taps[p], kh);
        const bool outside = (z | i) < 0;
        row[p] = outside ? (i < 0 ? height->constant : depth->constant) : x + z * step[0] + i * step[1];
        column_step[p] = outside ? 0 : step[2];
        any_inside |= !outside;
      }
      if (skips && !any_inside) continue;
      for (int32_t kw = 0; kw < width->kernel; kw += joined) {
        const float **pointers = table->pointers + runs * TILE_BROADCASTS;
        bool inside = false;
        for (int32_t p = 0; p < count; p++) {
          const int32_t j = tap_index(width_taps[p], kw);
          pointers[p] = j < 0 ? width->constant : row[p] + j * column_step[p];
          inside |= j >= 0 && column_step[p] != 0;
        }
        if (skips && !inside) continue;
        const int32_t tap = (kd * height->kernel + kh) * width->kernel + kw;
        table->border_runs[runs] = (tap_run){
            .weight_row = tap * problem->input_channels,
            .length = joined * problem->input_channels,
            .pointer_row = runs,
        };
        runs++;
      }
    }
  }
  table->runs = table->border_runs;
  table->count = runs;
}

/// Fills the table for `count` pixels of a rectangle from its `first`-th on.
static inline void pixel_table_fill(pixel_table *table, const conv_problem *problem, const float *x,
                                    const conv_task *rectangle, int32_t first, const int32_t count) {
  const conv_axis *axis = problem->axis;
  const ptrdiff_t *x_step = problem->x.axis, *y_step = problem->y.axis;
  const int32_t rows = rectangle->end[1] - rectangle->first[1], columns = rectangle->end[2] - rectangle->first[2];
  int32_t w = first % columns, h = first / columns % rows, d = first / columns / rows;
  int32_t position[TILE_BROADCASTS][3];
  bool inside = true;
  // The pixels of one row after those of the other.
  for (int32_t p = 0, end; p < count; p = end) {
    const int32_t z = rectangle->first[0] + d, i = rectangle->first[1] + h, j = rectangle->first[2] + w;
    end = count - p < columns - w ? count : p + columns - w;
    inside &= is_inside(&axis[0], z) && is_inside(&axis[1], i) && is_inside(&axis[2], j) &&
              is_inside(&axis[2], j + end - p - 1);
    const ptrdiff_t output = z * y_step[0] + i * y_step[1] + j * y_step[2];
    for (int32_t q = p; q < end; q++) {
      position[q][0] = z, position[q][1] = i, position[q][2] = j + q - p;
      table->output[q] = output + (q - p) * y_step[2];
    }
    if (inside) {
      const float *start = x + first_tap(&axis[0], z) * x_step[0] + first_tap(&axis[1], i) * x_step[1] +
                           first_tap(&axis[2], j) * x_step[2];
      for (int32_t q = p; q < end; q++) table->pointers[q] = start + (q - p) * axis[2].stride * x_step[2];
    }
    w = 0;
    if (++h == rows) {
      h = 0;
      d++;
    }
  }
  if (!inside) {
    pixel_table_fill_border(table, problem, x, position, count);
    return;
  }
  table->runs = table->inside_runs;
  table->count = table->inside_count;
}
