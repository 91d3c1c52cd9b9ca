// The work of a task, block by block as it is run.
#pragma once

#include "../../shared/work.h"
#include "staged_planes.h"
#include "tiles.h"

static conv_grain grain(const conv_problem *problem) {
  const conv_axis *height = &problem->axis[1], *width = &problem->axis[2];
  const int32_t vectors = least_of(parts_of(width->output, LANES), VECTORS);
  const int32_t rows = least_of(height->output, tile_rows(problem, vectors));
  return (conv_grain){{1, 1, 1}, INT32_MAX, rows * vectors * LANES, 1};
}

/// Slots of an axis that `blocks` blocks stage, those of constants included.
INLINE double staged_slots(const conv_axis *axis, double outputs, double blocks) {
  return (outputs - blocks) * axis->stride + blocks * (double)slots_of(axis, 1);
}

/// Those of them that are inputs.
INLINE double staged_inputs(const conv_axis *axis, double outputs, double blocks) {
  const double each = inputs_of(axis, outputs / blocks) * blocks, all = axis->input + (blocks - 1) * (axis->kernel - 1);
  return each < all ? each : all;
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const block_limits limits = limits_of(problem);
  int32_t outputs[3], blocks[3];
  for (int a = 0; a < 3; a++) {
    outputs[a] = task->end[a] - task->first[a];
    blocks[a] = parts_of(outputs[a], limits.outputs[a]);
  }
  const int32_t rows = parts_of(outputs[1], blocks[1]), columns = least_of(limits.outputs[2], outputs[2]);
  const double count = (double)blocks[0] * blocks[1] * blocks[2];
  const double groups = task->end_panel - task->first_panel, channels = groups * problem->output_channels;
  const double taps = tap_count(problem), row_taps = (double)depth->kernel * width->kernel;
  const double shared = shared_taps(problem), vectors = parts_of(outputs[2], LANES);

  // Tiles of a channel, and the rows of vectors of samples that they go through for each row of taps.
  const int32_t full = tile_rows(problem, least_of(parts_of(columns, LANES), VECTORS));
  const bool folded = is_folded(problem, rows, columns);
  const double down = (double)outputs[0] * (folded ? 1.0 / full : blocks[1] * parts_of(rows, full));
  const double tiles = down * (folded ? vectors / VECTORS : parts_of((int32_t)vectors, VECTORS));
  const double sums = (double)outputs[0] * outputs[1] * vectors;
  const double reads = shared > 0 ? sums * height->stride + down * vectors * (shared - height->stride)
                                  : sums * height->kernel;

  conv_work work = {.count[CONV_TASKS] = 1};
  add_work(&work, CONV_MULTIPLY_ADDS, channels * sums * taps);
  add_work(&work, CONV_LOADS, channels * (reads * row_taps + tiles * taps));
  add_work(&work, CONV_STEPS, channels * tiles * (shared > 0 ? row_taps : taps));
  add_work(&work, CONV_TILES, channels * tiles);
  add_work(&work, CONV_STORES, channels * sums);

  // Samples are staged once for all outputs of a group; those of a larger stride one by one.
  const double staged_rows = staged_inputs(depth, outputs[0], blocks[0]) * staged_inputs(height, outputs[1], blocks[1]);
  const double samples = staged_inputs(width, outputs[2], blocks[2]);
  const double copies = width->stride > 2 ? samples : width->stride * parts_of((int32_t)samples, LANES);
  add_work(&work, CONV_LOOKUPS, groups * staged_rows * blocks[2] * least_of(width->stride, width->kernel));
  add_work(&work, CONV_COPIES, groups * staged_rows * copies);

  // Every block lists its slots and is filled with constants once.
  double slots[3], listed = 0;
  for (int a = 0; a < 3; a++) {
    slots[a] = staged_slots(&problem->axis[a], outputs[a], blocks[a]);
    listed += count / blocks[a] * (slots[a] + (double)outputs[a] * problem->axis[a].kernel);
  }
  const double filled = slots[0] * slots[1] * slots[2];
  const double together = (double)limits.floats * count / filled;
  add_work(&work, CONV_LOOKUPS, listed);
  add_work(&work, CONV_COPIES, filled / LANES * (together < 1 ? 1 : together < groups ? together : groups));

  const double inputs = sizeof(float) * task_inputs(problem, task), bytes = sizeof(float) * task_outputs(task);
  add_image_traffic(&work, problem, groups * inputs + channels * bytes, packed_bytes(problem));
  add_traffic(&work, problem, channels * filled * sizeof(float), filled / count * sizeof(float));
  return work;
}
