// Runs the resampling of two neighbouring axes: each row of the output from a row that the first axis has been taken to.
#pragma once

#include "run.h"
#include "memory.h"

enum {
  /// Rows of a task at least, since taps are found for each.
  LEAST_ROWS = 16,
};

typedef struct {
  const conv_resampling *height, *width;
  const float *x;
  float *y;
  cut cut;
  conv_workspace workspace;
} resampling_2d_run;

/// The row that an output of the first axis is: one of the image, or a sum of some in `row`.
INLINE const float *row_of_height(const conv_resampling *height, const conv_resampling *width, int64_t output,
                                  const float *image, float *row) {
  const int64_t elements = width->n * width->inner;
  if (!height->weight && height->index[output] >= 0) return image + height->index[output] * elements;
  resample_rows(height, output, image, elements, row, elements);
  return row;
}

/// Units are rows of the output.
static void resample_2d_rows(void *context, int64_t task, int32_t worker) {
  const resampling_2d_run *run = context;
  const conv_resampling *height = run->height, *width = run->width;
  const span rows = units_of(&run->cut, task);
  arena arena = {.memory = (char *)run->workspace.memory + worker * run->workspace.stride};
  const resampling_memory memory = take_resampling_memory(&arena, width);
  const int64_t inner = width->inner, image = height->n * width->n * inner;
  if (inner == 1) find_lane_taps(width, (span){0, width->outputs}, 0, width->taps, memory.taps);
  for (int64_t unit = rows.first; unit < rows.end; unit++) {
    const float *const row = row_of_height(height, width, unit % height->outputs,
                                           run->x + unit / height->outputs * image, memory.row);
    float *const y = run->y + unit * width->outputs * inner;
    if (inner == 1)
      resample_along(width, memory.taps, width->taps, true, row, y, width->outputs);
    else
      for (int64_t w = 0; w < width->outputs; w++) resample_rows(width, w, row, inner, y + w * inner, inner);
  }
}

static void run_resampling_2d(const conv_resampling *height, const conv_resampling *width, const float *x, float *y,
                              int32_t threads, conv_workspace workspace) {
  const int64_t rows = height->outer * height->outputs, elements = width->outputs * width->inner;
  if (rows == 0 || elements == 0) return;
  resampling_2d_run run = {
      .height = height, .width = width, .x = x, .y = y, .workspace = workspace, .cut = cut_units(rows, elements)};
  if (run.cut.together < LEAST_ROWS) run.cut.together = LEAST_ROWS;
  run_units(&run.cut, elements, threads, resample_2d_rows, &run);
}
