// Where the outputs of a tile find their samples: a pointer a column, which all rows of taps share unless some columns
// lie outside and read a constant.
#pragma once

#include "../../shared/arena.h"
#include "row_tile.h"

/// How the outputs of a row are taken: every `step`-th one, whose taps are `shift` columns from those of the next.
typedef struct {
  int32_t step, shift;
} row_steps;

INLINE int32_t common_divisor(int32_t a, int32_t b) {
  while (b > 0) {
    const int32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// Taps that are `dilation` apart meet those of outputs that are a multiple of it apart.
INLINE row_steps steps_of(const conv_axis *width) {
  const int32_t common = common_divisor(width->dilation, width->stride);
  return (row_steps){width->dilation / common, least_of(width->stride / common, width->kernel)};
}

INLINE int32_t column_count(const conv_axis *width, int32_t shift, int32_t pixels) {
  return (pixels - 1) * shift + width->kernel;
}

typedef struct {
  int32_t first, pixels;       ///< outputs of a row
  int32_t count;
  bool has_constants, is_inside;
  ptrdiff_t *place;            ///< of a column in a row of the input; -1 where it reads the constant
  const float **common, **own; ///< pointers of rows inside, and of each row
  sample_row *rows;
} sample_table;

INLINE sample_table take_sample_table(arena *a, const conv_problem *problem) {
  const conv_axis *axis = problem->axis;
  const int32_t rows = axis[0].kernel * axis[1].kernel;
  const int32_t columns = column_count(&axis[2], steps_of(&axis[2]).shift, PIXELS);
  return (sample_table){
      .place = TAKE(a, ptrdiff_t, columns),
      .common = TAKE(a, const float *, columns),
      .own = TAKE(a, const float *, (size_t)rows * columns),
      .rows = TAKE(a, sample_row, rows),
  };
}

/// Tiles side by side that are gone down together, at most.
enum { MOST_BESIDE = 8 };

INLINE void take_sample_tables(arena *a, const conv_problem *problem, sample_table tables[MOST_BESIDE]) {
  for (int i = 0; i < MOST_BESIDE; i++) tables[i] = take_sample_table(a, problem);
}

static size_t workspace_bytes(const conv_problem *problem) {
  arena a = {0};
  sample_table tables[MOST_BESIDE];
  take_sample_tables(&a, problem, tables);
  return a.used;
}

/// Finds the columns of `pixels` outputs from `first` on.
static void find_columns(sample_table *table, const conv_problem *problem, const float *x, row_steps steps,
                         int32_t first, int32_t pixels) {
  const conv_axis *width = &problem->axis[2];
  table->first = first;
  table->pixels = pixels;
  table->count = 0;
  table->has_constants = false;
  table->is_inside = is_inside(width, first) && is_inside(width, first + (pixels - 1) * steps.step);
  for (int32_t p = 0; p < pixels; p++) {
    const tap_row taps = taps_of(width, first + p * steps.step);
    for (int32_t k = p == 0 ? 0 : width->kernel - steps.shift; k < width->kernel; k++) {
      const int32_t at = tap_index(taps, k), column = table->count++;
      table->has_constants |= at < 0;
      table->place[column] = at < 0 ? -1 : at * problem->x.axis[2];
      table->common[column] = at < 0 ? width->constant : x + table->place[column];
    }
  }
}

/// Finds the rows of taps of a row of outputs, but those that read a zero border. Says how many there are.
static int32_t find_rows(const sample_table *table, const conv_problem *problem, const float *x, int32_t d, int32_t h) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const bool skips = has_zero_constants(problem);
  const tap_row planes = taps_of(depth, d), lines = taps_of(height, h);
  int32_t count = 0;
  for (int32_t kd = 0; kd < depth->kernel; kd++)
    for (int32_t kh = 0; kh < height->kernel; kh++) {
      const int32_t z = tap_index(planes, kd), i = tap_index(lines, kh);
      const bool outside = (z | i) < 0;
      if (outside && skips) continue;
      const ptrdiff_t line = outside ? 0 : z * problem->x.axis[0] + i * problem->x.axis[1];
      const float **own = table->own + (ptrdiff_t)count * table->count;
      sample_row *row = &table->rows[count++];
      *row = (sample_row){table->common, line, (kd * height->kernel + kh) * width->kernel};
      if (!outside && !table->has_constants) continue;
      *row = (sample_row){own, 0, row->tap};
      const float *constant = i < 0 ? height->constant : depth->constant;
      for (int32_t j = 0; j < table->count; j++)
        own[j] = table->place[j] < 0 ? width->constant : outside ? constant : x + line + table->place[j];
    }
  return count;
}
