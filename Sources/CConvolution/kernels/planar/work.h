// The work of a task, block by block as it is run.
#pragma once

#include "../../shared/work.h"
#include "memory.h"

static conv_grain grain(const conv_problem *problem) {
  const int32_t widest = parts_of(problem->output_channels, group_panels(problem->output_channels));
  return (conv_grain){{1, 1, 1}, INT32_MAX, tile_vectors(widest) * LANES, widest};
}

/// Tiles of so many vectors of a strip, as sum_strip cuts them.
INLINE int32_t tiles_in(int32_t outputs, int32_t vectors) {
  const int32_t full = tile_vectors(outputs), half = half_tile_vectors(outputs), rest = vectors % full;
  return vectors / full + (rest >= half ? 1 + rest - half : rest);
}

/// What is the same for all blocks of a task.
typedef struct {
  const conv_problem *problem;
  const planar_layout *layout;
  const planar_memory *memory;
  int32_t panels, channels;  ///< of outputs
  int32_t groups, stagings;  ///< whose samples are staged, in so many goes
  double border;             ///< slots of a row that are copied one by one, in each block
} planar_task;

/// Samples beyond the ends of an axis that outputs first..<end see.
INLINE double samples_outside(const conv_axis *axis, int32_t first, int32_t end) {
  const double before = axis->before - (double)first * axis->stride, reach = (axis->kernel - 1.0) * axis->dilation;
  const double after = (end - 1.0) * axis->stride - axis->before + reach + 1 - axis->input;
  return (before > 0 ? before : 0) + (after > 0 ? after : 0);
}

/// Adds `count` blocks of `rows` x `columns` outputs.
INLINE void add_blocks(conv_work *work, const planar_task *t, int32_t rows, int32_t columns, double count) {
  if (count == 0) return;
  const conv_problem *problem = t->problem;
  const planar_memory *memory = t->memory;
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const staged_axis down = staged_axis_of(height, rows), across = staged_axis_of(width, columns);
  const int32_t pitch = across.length, vectors = parts_of((rows - 1) * pitch + columns, LANES);
  const int32_t strips = parts_of(vectors, memory->vectors);
  const int32_t inputs = problem->input_channels, goes = parts_of(inputs, memory->size.channels);
  const double products = count * inputs * tap_count(problem);

  // Panels are of two widths, one apart.
  const int32_t narrow = problem->output_channels / group_panels(problem->output_channels);
  const int32_t wide_panels = t->channels - t->panels * narrow;
  for (int wide = 0; wide < 2; wide++) {
    const int32_t outputs = narrow + wide, panels = wide ? wide_panels : t->panels - wide_panels;
    if (panels == 0) continue;
    const double tiles = vectors / memory->vectors * tiles_in(outputs, memory->vectors) +
                         tiles_in(outputs, vectors % memory->vectors);
    add_work(work, CONV_MULTIPLY_ADDS, products * panels * vectors * outputs);
    add_work(work, CONV_LOADS, products * panels * (vectors + tiles * outputs));
    add_work(work, CONV_STEPS, products * panels * tiles);
    add_work(work, CONV_TILES, count * panels * goes * tiles);
  }

  const bool is_first = problem->layout == CONV_CHANNELS_FIRST;
  const double spans = rows * (double)parts_of(columns, LANES);
  const double channel_vectors = t->stagings * (double)parts_of(parts_of(t->channels, t->stagings), LANES);
  add_work(work, CONV_COPIES, count * t->channels * vectors * goes);
  add_work(work, CONV_TURNS, is_first ? 0 : count * spans * LANES * channel_vectors);
  add_work(work, CONV_STORES, count * (is_first ? t->channels * spans : channel_vectors * rows * columns));

  const double staged_rows = (double)depth->kernel * slot_count(&down) * across.parts, times = t->stagings * goes;
  add_work(work, CONV_LOOKUPS, count * (times * staged_rows + height->kernel * rows + width->kernel * columns));
  if (is_first) {
    // A stride pulls vectors out of two, or one sample after the other.
    const double channel_rows = count * t->groups * inputs * staged_rows;
    const double copies = width->stride > 2 ? pitch : (pitch / LANES + 1) * width->stride;
    add_work(work, CONV_LOOKUPS, channel_rows);
    add_work(work, CONV_COPIES, channel_rows * (copies + t->border / across.parts));
  } else {
    const double together = parts_of(parts_of(t->groups * inputs, t->stagings * goes), LANES);
    add_work(work, CONV_TURNS, count * times * staged_rows * parts_of(pitch, LANES) * LANES * together);
  }

  // Staged samples are written and gone through, and again strip by strip with every other panel; weights pass by once
  // a strip.
  const double samples = t->groups * inputs * staged_rows * pitch * sizeof(float), at_once = samples / times;
  const double weights = (double)t->channels * inputs * tap_count(problem) * sizeof(float);
  const double sums = (double)t->channels * rows * columns * sizeof(float);
  add_traffic(work, problem, count * 2 * samples, at_once);
  add_traffic(work, problem, count * samples * (t->panels / t->groups - 1), at_once / strips);
  add_traffic(work, problem, count * weights, weights + samples + sums);
  add_traffic(work, problem, count * weights * (strips - 1), (weights + samples / strips) / t->stagings);
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const planar_layout layout = layout_of(problem);
  const planar_memory memory = planar_memory_in(problem, &layout, NULL);
  conv_work work = {{[CONV_TASKS] = 1}};
  if (memory.size.rows == 0) return work;
  const int32_t height = task->end[1] - task->first[1], width = task->end[2] - task->first[2];
  const planar_task t = {
      .problem = problem,
      .layout = &layout,
      .memory = &memory,
      .panels = task->end_panel - task->first_panel,
      .channels = panel_channel(problem, task->end_panel) - panel_channel(problem, task->first_panel),
      .groups = task_groups(task, group_panels(problem->output_channels)),
      .stagings = task_groups(task, memory.panels),
      .border = samples_outside(&problem->axis[2], task->first[2], task->end[2]) / parts_of(width, memory.size.columns),
  };
  // Blocks are whole but for those at the end of an axis.
  const int32_t rows[] = {memory.size.rows, height % memory.size.rows};
  const int32_t columns[] = {memory.size.columns, width % memory.size.columns};
  const int32_t down[] = {height / rows[0], rows[1] > 0}, across[] = {width / columns[0], columns[1] > 0};
  for (int h = 0; h < 2; h++)
    for (int w = 0; w < 2; w++) add_blocks(&work, &t, rows[h], columns[w], extent_of(task, 0) * down[h] * across[w]);
  const double inputs = t.groups * problem->input_channels * task_inputs(problem, task);
  add_image_traffic(&work, problem, (inputs + t.channels * task_outputs(task)) * sizeof(float), packed_bytes(problem));
  return work;
}
