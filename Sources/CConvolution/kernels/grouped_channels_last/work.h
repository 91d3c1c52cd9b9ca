// The work of a task, and how tasks are cut: the same for the families that differ in what they take.
#pragma once

#include "../../shared/work.h"
#include "run.h"

/// The tiles of a row of a task.
INLINE int32_t tiles_of_row(const row_manner *manner, const conv_task *task) {
  const int32_t outputs = task->end[2] - task->first[2], step = manner->steps.step;
  const int32_t least = outputs / step, more = outputs % step, pixels = manner->pixels;
  return more * parts_of(least + 1, pixels) + (step - more) * parts_of(least, pixels);
}

/// Adds what a task moves. `columns` are those of a row's tiles, all together.
INLINE void add_row_traffic(conv_work *work, const conv_problem *problem, const conv_task *task,
                            const row_manner *manner, int32_t vectors, double tiles, double columns) {
  const int32_t first = panel_vector(problem, task->first_panel) * LANES;
  const int32_t end = least_of(first + vectors * LANES, channel_count(problem)), outputs = problem->output_channels;
  const double input = sizeof(float) * ((end - 1) / outputs - first / outputs + 1) * problem->input_channels;
  const double inputs = input * task_inputs(problem, task), rows = tiles / tiles_of_row(manner, task);
  const double weights = sizeof(float) * vectors * (double)vector_weights(problem, manner->how);
  const double share = vectors > manner->block_vectors ? (double)manner->block_vectors / vectors : 1;
  // A tile's samples, and what lies between two rows of outputs of a block of channels.
  const double height = problem->axis[0].kernel * problem->axis[1].kernel;
  const double samples = input * height * columns / tiles_of_row(manner, task), between = share * (samples + weights);
  add_image_traffic(work, problem, inputs + sizeof(float) * (end - first) * task_outputs(task),
                    packed_bytes(problem));
  add_weight_traffic(work, problem, weights, inputs + weights, packed_bytes(problem));
  add_traffic(work, problem, (tiles - 1) * weights, between);
  add_traffic(work, problem, input * height * rows * columns - inputs, between);
  // A group of several blocks is read again for each.
  const double blocks = outputs / (double)(manner->block_vectors * LANES);
  if (manner->how == SHARED && blocks > 1)
    add_traffic(work, problem, (blocks - 1) * inputs, inputs * problem->input_channels * sizeof(float) / input);
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  conv_work work = {.count[CONV_TASKS] = 1};
  const double outputs = task_outputs(task);
  if (outputs == 0) return work;
  const row_manner manner = manner_of(problem);
  const int32_t vectors = panel_vector(problem, task->end_panel) - panel_vector(problem, task->first_panel);
  const int32_t blocks = parts_of(vectors, manner.block_vectors), row_tiles = tiles_of_row(&manner, task);
  const double rows = extent_of(task, 0) * extent_of(task, 1), tiles = rows * row_tiles;
  const double columns = extent_of(task, 2) * manner.steps.shift + row_tiles * (width->kernel - manner.steps.shift);
  const double all_rows = depth->kernel * height->kernel;
  const double tap_rows = has_zero_constants(problem) ? taps_of_range(depth, task->first[0], task->end[0], 1) *
                                                            taps_of_range(height, task->first[1], task->end[1], 1)
                                                      : all_rows;
  const double visits = tap_rows * problem->input_channels * vectors;
  const double calls = manner.pairs ? tiles / 2 : tiles, reads = is_permuted(manner.how) ? 2 : 1;
  const bool shaped = manner.shape != ANY_SHAPE && extent_of(task, 2) >= LEAST_PIXELS * manner.steps.step;
  const bool alone = !shaped || manner.how != REACH || manner.pairs;
  add_work(&work, CONV_MULTIPLY_ADDS, visits * width->kernel * outputs);
  if (shaped) {
    add_work(&work, CONV_LOADS, visits * (tiles * width->kernel + reads * rows * columns));
    add_work(&work, CONV_STEPS, visits * calls);
  } else {
    add_work(&work, CONV_LOADS, visits * width->kernel * (tiles + reads * outputs));
    add_work(&work, CONV_STEPS, visits * width->kernel * tiles);
  }
  add_work(&work, CONV_TILES, calls * vectors);
  add_work(&work, CONV_STORES, outputs * vectors);
  // Tiles at the border look up the columns of every row.
  const int32_t border = (task->first[2] < width->inside_begin) + (task->end[2] > width->inside_end);
  const double looked_up = rows * tap_rows * least_of(border, row_tiles) / row_tiles;
  const int32_t together = alone ? 1 : clamped(manner.block_vectors / vectors, 1, MOST_BESIDE);
  const double finds = rows * parts_of(row_tiles, together);
  add_work(&work, CONV_LOOKUPS, blocks * (finds * all_rows + (1 + looked_up) * columns));
  add_row_traffic(&work, problem, task, &manner, vectors, tiles, columns);
  return work;
}

static conv_grain grain(const conv_problem *problem) {
  (void)problem;
  return (conv_grain){{1, 1, 1}, PIXELS, PIXELS, PANEL_VECTORS * LANES};
}
