// How large the blocks of a problem are.
#pragma once

#include "../../shared/staged_axis.h"

/// The largest block: outputs, and input channels that are staged together.
typedef struct {
  int32_t rows, columns, channels;
} block_size;

/// Columns of a block that is cut along the width, and of the smallest one.
enum { BLOCK_COLUMNS = 32 };

/// Floats of staged samples or of sums that leave a part of the first-level cache to what meets them.
INLINE int64_t first_level_floats(const conv_problem *problem) {
  return problem->caches.level[0] * 3 / 4 / (int64_t)sizeof(float);
}

/// Floats of one staged channel.
INLINE int64_t staged_floats(const staged_axis *height, const staged_axis *width, const conv_axis *depth) {
  return depth->kernel * slot_count(height) * slot_count(width);
}

/// The block of least cost whose `channels` staged channels fit the first-level cache or, beside packed weights, the
/// second-level one: lanes spent on the slots between rows, and slots staged. Channels are split only where not even a
/// few columns fit.
static inline block_size block_size_of(const conv_problem *problem, int32_t channels) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const int64_t budgets[] = {first_level_floats(problem), problem->caches.level[1] * 5 / 8 / (int64_t)sizeof(float)};
  block_size best = {0, 0, channels};
  if (height->output == 0 || width->output == 0) return best;
  double least = 0;
  for (int level = 0; level < 2; level++)
    for (int32_t columns = width->output;;) {
      const staged_axis across = staged_axis_of(width, columns);
      const int64_t row_slots = depth->kernel * slot_count(&across), slots = budgets[level] / (row_slots * channels);
      const int32_t rows = clamped(outputs_in_slots(height, slots), 0, height->output);
      if (rows > 0) {
        const staged_axis down = staged_axis_of(height, rows);
        const double spread = (double)across.length / columns;
        const double staged = (double)(row_slots * slot_count(&down)) / ((double)rows * columns);
        const double cost = spread + 0.3 * staged;
        if (best.rows == 0 || cost < least) {
          least = cost;
          best.rows = rows;
          best.columns = columns;
        }
      }
      if (columns <= BLOCK_COLUMNS) break;
      columns = (columns / 2 + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS * BLOCK_COLUMNS;
    }
  if (best.rows > 0) return best;
  best.rows = 1;
  best.columns = least_of(width->output, BLOCK_COLUMNS);
  const staged_axis down = staged_axis_of(height, 1), across = staged_axis_of(width, best.columns);
  best.channels = clamped(budgets[1] / staged_floats(&down, &across, depth), 1, channels);
  return best;
}
