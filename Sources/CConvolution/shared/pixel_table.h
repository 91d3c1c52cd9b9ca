// Where a tile of output pixels finds its input in channels-last memory: one pointer a pixel and tap.
#pragma once

#include "arena.h"
#include "problem.h"
#include "sizes.h"

// Pixels of a table at most; a kernel that computes several tiles of a table defines more.
#ifndef TABLE_PIXELS
#define TABLE_PIXELS TILE_BROADCASTS
#endif

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
  const float **pointers;          ///< [row][TABLE_PIXELS], to a pixel's first channel
  ptrdiff_t output[2 * TABLE_PIXELS];  ///< offset of each pixel in y, and room for one row's pixels behind another's
  tap_run *inside_runs;            ///< of every tile whose taps all lie inside: one row of pointers, an offset a tap
  int32_t inside_count;
  tap_run *border_runs;            ///< of a tile at the border: a row of pointers a tap, or a joined row of taps
  int32_t joined;                  ///< taps along the width that a run joins
} pixel_table;

INLINE pixel_table take_pixel_table(arena *a, const conv_problem *problem) {
  const int32_t taps = tap_count(problem);
  pixel_table table = {.pointers = TAKE(a, const float *, (taps + 1) * TABLE_PIXELS)};
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

/// Goes on by `count` pixels in a rectangle, which are not beyond the row's end.
INLINE void advance(const conv_task *rectangle, int32_t place[3], int32_t count) {
  place[2] += count;
  for (int axis = 2; axis > 0 && place[axis] == rectangle->end[axis]; axis--) {
    place[axis] = rectangle->first[axis];
    place[axis - 1]++;
  }
}

/// A tile at the border: a row of pointers for every tap but those that read a zero border for all pixels. Taps are joined
/// where all pixels find them side by side.
static inline void pixel_table_fill_border(pixel_table *table, const conv_problem *problem, const float *x,
                                           const conv_task *rectangle, int32_t place[3], const int32_t count) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const ptrdiff_t *step = problem->x.axis;
  const bool skips = has_zero_constants(problem);
  int32_t joined = table->joined;
  const bool may_join = joined > 1;
  tap_row depth_taps[TABLE_PIXELS], height_taps[TABLE_PIXELS], width_taps[TABLE_PIXELS];
  for (int32_t p = 0; p < count; p++, advance(rectangle, place, 1)) {
    depth_taps[p] = taps_of(depth, place[0]);
    height_taps[p] = taps_of(height, place[1]);
    width_taps[p] = taps_of(width, place[2]);
    if (!is_inside(width, place[2])) joined = 1;
  }
  int32_t runs = 0;
  for (int32_t kd = 0; kd < depth->kernel; kd++) {
    for (int32_t kh = 0; kh < height->kernel; kh++) {
      // A row of the input, or a constant that no step along the row leaves.
      const float *row[TABLE_PIXELS];
      ptrdiff_t column_step[TABLE_PIXELS];
      bool any_inside = false, all_inside = true;
      for (int32_t p = 0; p < count; p++) {
        const int32_t z = tap_index(depth_taps[p], kd);
        const int32_t i = tap_index(height_taps[p], kh);
        const bool outside = (z | i) < 0;
        row[p] = outside ? (i < 0 ? height->constant : depth->constant) : x + z * step[0] + i * step[1];
        column_step[p] = outside ? 0 : step[2];
        any_inside |= !outside;
        all_inside &= !outside;
      }
      if (skips && !any_inside) continue;
      tap_run *before = NULL;
      for (int32_t kw = 0; kw < width->kernel; kw += joined) {
        const float **pointers = table->pointers + runs * TABLE_PIXELS;
        // Whether all pixels read the row, and that behind where they read it before.
        bool inside = false, whole = all_inside, follows = before;
        for (int32_t p = 0; p < count; p++) {
          const int32_t j = tap_index(width_taps[p], kw);
          pointers[p] = j < 0 ? width->constant : row[p] + j * column_step[p];
          inside |= j >= 0 && column_step[p] != 0;
          whole &= j >= 0;
          follows = follows && pointers[p] == pointers[p - TABLE_PIXELS] + before->length;
        }
        if (whole && follows) {
          before->length += problem->input_channels;
          continue;
        }
        before = NULL;
        if (skips && !inside) continue;
        const int32_t tap = (kd * height->kernel + kh) * width->kernel + kw;
        table->border_runs[runs] = (tap_run){
            .weight_row = tap * problem->input_channels,
            .length = joined * problem->input_channels,
            .pointer_row = runs,
        };
        if (may_join && whole) before = &table->border_runs[runs];
        runs++;
      }
    }
  }
  table->runs = table->border_runs;
  table->count = runs;
}

/// Fills the table for `count` pixels of a rectangle from `place` on, and goes on there.
static inline void pixel_table_fill(pixel_table *table, const conv_problem *problem, const float *x,
                                    const conv_task *rectangle, int32_t place[3], const int32_t count) {
  const conv_axis *axis = problem->axis;
  const ptrdiff_t *x_step = problem->x.axis, *y_step = problem->y.axis;
  const ptrdiff_t x_column = axis[2].stride * x_step[2], y_column = y_step[2];
  int32_t first[3] = {place[0], place[1], place[2]};
  bool inside = true;
  // The pixels of one row after those of the other; as many are written as the table has, which is no loop.
  for (int32_t p = 0, length; p < count; p += length) {
    length = least_of(count - p, rectangle->end[2] - place[2]);
    inside = inside && is_inside(&axis[0], place[0]) && is_inside(&axis[1], place[1]) &&
             is_inside(&axis[2], place[2]) && is_inside(&axis[2], place[2] + length - 1);
    const ptrdiff_t output = place[0] * y_step[0] + place[1] * y_step[1] + place[2] * y_column;
    EACH(q, TABLE_PIXELS) table->output[p + q] = output + q * y_column;
    if (inside) {
      const float *start = x + first_tap(&axis[0], place[0]) * x_step[0] + first_tap(&axis[1], place[1]) * x_step[1] +
                           first_tap(&axis[2], place[2]) * x_step[2];
      EACH(q, TABLE_PIXELS) table->pointers[p + q] = start + q * x_column;
    }
    advance(rectangle, place, length);
  }
  if (!inside) {
    pixel_table_fill_border(table, problem, x, rectangle, first, count);
    return;
  }
  table->runs = table->inside_runs;
  table->count = table->inside_count;
}
