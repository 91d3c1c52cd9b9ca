// Where a tile of output pixels finds its input in channels-last memory: one pointer a pixel and tap.
#include "CConvolution.h"

/// Consecutive input samples that meet consecutive rows of packed weights: a tap's channels, or the channels of a whole
/// row of taps where they lie side by side.
typedef struct {
  int32_t weight_row, length;
} tap_run;

typedef struct {
  int32_t count;
  tap_run *runs;
  const float **pointers;             ///< [count][TILE_BROADCASTS], to a pixel's first channel
  ptrdiff_t output[TILE_BROADCASTS];  ///< offset of each pixel in y
} pixel_table;

INLINE size_t pixel_table_bytes(const conv_problem *problem) {
  size_t taps = (size_t)problem->axis[0].kernel * problem->axis[1].kernel * problem->axis[2].kernel;
  return taps * (sizeof(tap_run) + TILE_BROADCASTS * sizeof(const float *));
}

INLINE pixel_table pixel_table_in(const conv_problem *problem, void *workspace) {
  size_t taps = (size_t)problem->axis[0].kernel * problem->axis[1].kernel * problem->axis[2].kernel;
  pixel_table table = {.pointers = workspace};
  table.runs = (tap_run *)(table.pointers + taps * TILE_BROADCASTS);
  return table;
}

INLINE bool has_zero_constants(const conv_problem *problem) {
  return problem->axis[0].constant[0] == 0 && problem->axis[1].constant[0] == 0 && problem->axis[2].constant[0] == 0;
}

/// Fills the table for `count` pixels of the task's rectangle from its `first`-th on.
///
/// Taps that read a zero border for every pixel are left out. With `join`, a row of taps that no pixel reads from the
/// border and that lies side by side in memory becomes one run.
static inline void pixel_table_fill(pixel_table *table, const conv_problem *problem, const float *x, const conv_task *task,
                                    int32_t first, const int32_t count, const bool join) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const ptrdiff_t *step = problem->x.axis;
  const int32_t channels = problem->input_channels;
  const bool skips = has_zero_constants(problem);
  const int32_t *depth_map[TILE_BROADCASTS], *height_map[TILE_BROADCASTS], *width_map[TILE_BROADCASTS];

  const int32_t rows = task->end[1] - task->first[1], columns = task->end[2] - task->first[2];
  int32_t w = first % columns, h = first / columns % rows, d = first / columns / rows;
  bool side_by_side = join;
  for (int32_t p = 0; p < count; p++) {
    const int32_t z = task->first[0] + d, i = task->first[1] + h, j = task->first[2] + w;
    table->output[p] = z * problem->y.axis[0] + i * problem->y.axis[1] + j * problem->y.axis[2];
    depth_map[p] = depth->map + (ptrdiff_t)z * depth->kernel;
    height_map[p] = height->map + (ptrdiff_t)i * height->kernel;
    width_map[p] = width->map + (ptrdiff_t)j * width->kernel;
    for (int32_t k = 0; k < width->kernel; k++)
      side_by_side &= width_map[p][k] == width_map[p][0] + k && width_map[p][k] >= 0;
    if (++w == columns) {
      w = 0;
      if (++h == rows) {
        h = 0;
        d++;
      }
    }
  }

  int32_t runs = 0;
  for (int32_t kd = 0; kd < depth->kernel; kd++) {
    for (int32_t kh = 0; kh < height->kernel; kh++) {
      // A row of the input, or a constant that no step along the row leaves.
      const float *row[TILE_BROADCASTS];
      ptrdiff_t column_step[TILE_BROADCASTS];
      bool any_outside = false, any_inside = false;
      for (int32_t p = 0; p < count; p++) {
        const int32_t z = depth_map[p][kd], i = height_map[p][kh];
        const bool outside = (z | i) < 0;
        row[p] = outside ? (i < 0 ? height->constant : depth->constant) : x + z * step[0] + i * step[1];
        column_step[p] = outside ? 0 : step[2];
        any_outside |= outside;
        any_inside |= !outside;
      }
      const int32_t tap = (kd * height->kernel + kh) * width->kernel;
      if (skips && !any_inside) continue;
      if (side_by_side && !any_outside) {
        for (int32_t p = 0; p < count; p++)
          table->pointers[runs * TILE_BROADCASTS + p] = row[p] + width_map[p][0] * step[2];
        table->runs[runs++] = (tap_run){tap * channels, width->kernel * channels};
        continue;
      }
      for (int32_t kw = 0; kw < width->kernel; kw++) {
        const float **pointers = table->pointers + runs * TILE_BROADCASTS;
        bool inside = false;
        for (int32_t p = 0; p < count; p++) {
          const int32_t j = width_map[p][kw];
          pointers[p] = j < 0 ? width->constant : row[p] + j * column_step[p];
          inside |= j >= 0 && column_step[p] != 0;
        }
        if (skips && !inside) continue;
        table->runs[runs++] = (tap_run){(tap + kw) * channels, channels};
      }
    }
  }
  table->count = runs;
}

/// The pixels of a task's rectangle.
INLINE int32_t task_pixels(const conv_task *task) {
  return (task->end[0] - task->first[0]) * (task->end[1] - task->first[1]) * (task->end[2] - task->first[2]);
}

/// Where the `index`-th of `parts` parts of `total` begins, parts differing by one at most.
INLINE int32_t part_begin(int32_t total, int32_t parts, int32_t index) {
  return (int32_t)((int64_t)total * index / parts);
}
