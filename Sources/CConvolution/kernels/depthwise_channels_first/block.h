// How large the blocks of outputs are whose samples are staged together.
#pragma once

#include "../../shared/staged_axis.h"

/// Height taps that share a row of samples, rows and vectors of a tile, at most.
enum { MOST_SHARED = 7, MOST_ROWS = 8, VECTORS = 2 };

/// The height taps that share a row of samples; 0: every tap reads its own.
INLINE int32_t shared_taps(const conv_problem *problem) {
  const conv_axis *height = &problem->axis[1];
  if (height->stride > 2 || height->dilation > 1) return 0;
  return height->kernel == 3 || height->kernel == 5 || height->kernel == 7 ? height->kernel : 0;
}

/// Rows of a full tile: its sums, the shared taps' weights and a sample fit 16 registers.
INLINE int32_t tile_rows(const conv_problem *problem, int32_t vectors) {
  const int32_t shared = shared_taps(problem);
  return vectors == 1 ? MOST_ROWS : shared == 5 ? 5 : shared == 7 ? 4 : 6;
}

/// Columns of the smallest block that a row is cut to.
enum { BLOCK_COLUMNS = 8 * LANES };

/// Inputs of an axis from the first to the last that `outputs` side by side meet.
INLINE int64_t slots_of(const conv_axis *axis, int32_t outputs) {
  return (int64_t)(outputs - 1) * axis->stride + tap_span(axis);
}

/// The most outputs, of those an axis has, that meet no more than `slots`; one at least.
INLINE int32_t outputs_within(const conv_axis *axis, int64_t slots) {
  const int64_t more = (slots - slots_of(axis, 1)) / axis->stride;
  return 1 + clamped(more, 0, axis->output > 0 ? axis->output - 1 : 0);
}

/// A row in phases of its stride, whatever its length: what blocks of fewer outputs take fits where larger ones do.
INLINE staged_axis phases_of(const conv_axis *width, int32_t outputs) {
  return (staged_axis){width, outputs, width->stride, (int32_t)(outputs + shared_slots(width)), false};
}

/// Floats of a part of a row: its span of samples begins on a vector's boundary.
INLINE int64_t part_floats(const staged_axis *width) {
  return ((int64_t)width->length + 2 * LANES - 2) / LANES * LANES;
}

INLINE int64_t row_floats(const conv_axis *width, int32_t columns) {
  const staged_axis staged = phases_of(width, columns);
  return staged.parts * part_floats(&staged);
}

/// The largest block. Staged samples leave a part of the first-level cache to the outputs; planes that several planes
/// of outputs meet are staged in the second-level one, where more of them fit.
typedef struct {
  int32_t outputs[3];
  int64_t floats;  ///< of all channels that are staged together
} block_limits;

/// Slots staged for each output of depth x height.
INLINE double slots_per_output(const conv_problem *problem, int32_t depths, int32_t rows) {
  const conv_axis *axis = problem->axis;
  return (double)slots_of(&axis[0], depths) / depths * (double)slots_of(&axis[1], rows) / rows;
}

/// Blocks of one plane of outputs and many rows, or of a few rows of many planes.
INLINE block_limits limits_of(const conv_problem *problem) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const int64_t first_level = problem->caches.level[0] * 3 / 4 / (int64_t)sizeof(float), planes = slots_of(depth, 1);
  const int64_t budget = depth->kernel > 1 ? problem->caches.level[1] / 4 / (int64_t)sizeof(float) : first_level;
  const int32_t few = clamped(height->output, 1, tile_rows(problem, VECTORS));
  int32_t columns = width->output;
  while (columns > BLOCK_COLUMNS && row_floats(width, columns) * slots_of(height, few) * planes > budget)
    columns = parts_of(parts_of(columns, 2), LANES) * LANES;
  const int64_t row = row_floats(width, columns);
  int32_t rows = outputs_within(height, budget / (planes * row));
  int32_t depths = outputs_within(depth, budget / (slots_of(height, rows) * row));
  const int32_t many = outputs_within(depth, budget / (slots_of(height, few) * row));
  const int32_t more = outputs_within(height, budget / (slots_of(depth, many) * row));
  if (slots_per_output(problem, many, more) < slots_per_output(problem, depths, rows)) depths = many, rows = more;
  const int64_t channel = slots_of(depth, depths) * slots_of(height, rows) * row;
  return (block_limits){{depths, rows, columns}, channel > first_level ? channel : first_level};
}

/// Where the `index`-th of `blocks` blocks of `outputs` of an axis begins. A row is cut between vectors.
INLINE int32_t block_begin(int axis, int32_t outputs, int32_t blocks, int32_t index) {
  if (axis < 2) return part_begin(outputs, blocks, index);
  return least_of(part_begin(parts_of(outputs, LANES), blocks, index) * LANES, outputs);
}
