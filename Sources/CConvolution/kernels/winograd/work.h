// The work of a task, block by block as it is run.
#pragma once

#include "../../shared/work.h"
#include "block.h"

static conv_grain grain(const conv_problem *problem) {
  conv_grain grain = {.least_of_row = 1};
  const int32_t *outputs = problem->form.outputs;
  for (int a = 0; a < 3; a++) {
    const conv_axis *axis = &problem->axis[a];
    // A dilation beyond the last output leaves one output a tile, however large it is.
    const int32_t phases = clamped(axis->dilation, 1, axis->output > 1 ? axis->output : 1);
    grain.outputs[a] = outputs[a] == 1 ? 1 : outputs[a] * phases;
  }
  grain.tile_channels = least_of(whole_vectors(problem->output_channels), PANEL);
  grain.tile_pixels = tile_rows(grain.tile_channels / LANES) * outputs[1] * outputs[2];
  return grain;
}

/// Loads, arithmetic and stores of one vector of a tile's samples on its way to the points.
INLINE double entrance_steps(const tile_axis *height, const tile_axis *width) {
  const double loads = height->points > 1 && width->points > 1 ? 0.5 * height->points : 1;
  const double pairs = pair_count(height->points) + pair_count(width->points);
  return (double)height->points * width->points * (loads + pairs + 1);
}

/// Arithmetic from the points of an axis to its outputs.
INLINE double line_steps(const tile_axis *axis) {
  return axis->points == 1 ? 0 : axis->points - 1 + axis->outputs * pair_count(axis->points);
}

/// Likewise of one vector of a tile's products on its way to the outputs, which are counted where they are stored.
INLINE double outlet_steps(const tile_axis *height, const tile_axis *width) {
  const double loads = height->points > 1 && width->points > 1 ? 2 : 1;
  return width->points * (loads * height->points + line_steps(height)) + height->outputs * line_steps(width);
}

/// Of an axis's tiles, those whose samples all lie inside.
INLINE double share_inside(const tile_axis *t) {
  const int64_t cell = (int64_t)t->outputs * t->dilation, before = t->axis->before;
  const int64_t room = before + t->axis->input - (int64_t)t->points * t->dilation, end = t->first_cell + t->cells;
  const int64_t first = (before + cell - 1) / cell, last = room < 0 ? 0 : room / cell + 1;
  const int64_t inside = (last < end ? last : end) - (first > t->first_cell ? first : t->first_cell);
  return inside > 0 ? (double)inside / t->cells : 0;
}

/// What is the same for all terms of a task's work.
typedef struct {
  tile_axis height, width;
  double tiles, blocks, planes, sample_planes;
  double stretch;  ///< tiles of a stretch
  int32_t groups, panels;
} winograd_task;

/// Adds the copies of samples whose tiles do not lie in the input as they are, and their way to the points.
INLINE void add_entrance(conv_work *work, const conv_problem *problem, const winograd_task *t) {
  const tile_axis *height = &t->height, *width = &t->width;
  const double times = t->groups * t->tiles * t->sample_planes;
  const int32_t whole = problem->input_channels / LANES, part = problem->input_channels % LANES > 0;
  const double rows_inside = share_inside(height), tiles_inside = share_inside(width);
  // Samples for each tile: of a stretch, and of one that is copied alone.
  const double columns = width->outputs + (width->points - width->outputs) / t->stretch;
  const double all = height->points * columns;
  const double border = (1 - rows_inside) * all + rows_inside * (1 - tiles_inside) * height->points * width->points;
  add_work(work, CONV_POINTS, times * (whole + part) * entrance_steps(height, width));
  if (problem->layout == CONV_CHANNELS_LAST) {
    add_work(work, CONV_COPIES, times * (whole * border + part * all));
    add_work(work, CONV_LOOKUPS, times * (parts_of(whole, stretch_vectors(problem)) * border + part * all));
  } else {
    const double turned = parts_of((int32_t)(columns * t->stretch + 0.5), LANES) * LANES * height->points / t->stretch;
    add_work(work, CONV_TURNS, times * (whole + part) * turned);
    // Samples of one phase are gathered.
    if (width->dilation > 1) add_work(work, CONV_COPIES, times * (whole + part) * turned * LANES);
    add_work(work, CONV_LOOKUPS, times * (whole + part) * (border + height->points / t->stretch));
  }
}

/// Adds the products of `panels` panels of so many vectors.
INLINE void add_products(conv_work *work, const conv_problem *problem, const winograd_task *t, int32_t panels,
                         int32_t vectors) {
  if (panels == 0) return;
  const int32_t depth = row_count(problem->input_channels, problem->axis[0].kernel), most = tile_rows(vectors);
  const double rows = t->tiles * t->planes, positions = (double)panels * position_count(problem);
  const double tiles = t->blocks * parts_of((int32_t)(rows / t->blocks + 0.5), most);
  const double sums = parts_of(depth, SUMMED_ROWS);
  add_work(work, CONV_MULTIPLY_ADDS, positions * rows * depth * vectors);
  // Between two sums, products are stored and loaded.
  add_work(work, CONV_LOADS, positions * (depth * (rows + tiles * vectors) + 2 * (sums - 1) * rows * vectors));
  add_work(work, CONV_STEPS, positions * depth * tiles);
  add_work(work, CONV_TILES, positions * sums * tiles);
  // Weights of a position are gone through again by every tile of a block.
  const double weights = positions * depth * vectors * LANES * sizeof(float);
  const double summed = least_of(depth, SUMMED_ROWS) * (vectors * LANES + most) * sizeof(float);
  add_traffic(work, problem, weights * (tiles - t->blocks), summed);
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const block_memory memory = block_memory_in(problem, NULL);
  const int32_t *outputs = problem->form.outputs;
  const int32_t all_panels = group_panels(problem->output_channels), taps = problem->axis[0].kernel;
  winograd_task t = {.height = tile_axis_of(&problem->axis[1], outputs[1], task->first[1], task->end[1]),
                     .width = tile_axis_of(&problem->axis[2], outputs[2], task->first[2], task->end[2]),
                     .planes = extent_of(task, 0),
                     .groups = task_groups(task, all_panels),
                     .panels = task->end_panel - task->first_panel};
  const int64_t tiles = (int64_t)tile_count(&t.height) * tile_count(&t.width);
  const double plane_blocks = parts_of(task->end[0] - task->first[0], memory.planes);
  t.tiles = (double)tiles;
  t.blocks = plane_blocks * (double)((tiles + memory.tiles - 1) / memory.tiles);
  t.sample_planes = t.planes + plane_blocks * (taps - 1);
  const int32_t row = least_of(t.width.cells, memory.tiles);
  t.stretch = (double)row / parts_of(row, stretch_tiles(problem));

  conv_work work = {.count[CONV_TASKS] = 1};
  add_entrance(&work, problem, &t);
  // The last panel of a group may be narrower.
  const int32_t last_panels = task->end_panel / all_panels - task->first_panel / all_panels;
  const int32_t last_channels = problem->output_channels - (all_panels - 1) * PANEL;
  add_products(&work, problem, &t, t.panels - last_panels, PANEL_VECTORS);
  add_products(&work, problem, &t, last_panels, parts_of(last_channels, LANES));

  const double vectors = (t.panels - last_panels) * PANEL_VECTORS + last_panels * parts_of(last_channels, LANES);
  const double stored = task_outputs(task) * vectors;
  add_work(&work, CONV_POINTS, t.tiles * t.planes * vectors * outlet_steps(&t.height, &t.width));
  add_work(&work, CONV_STORES, stored);
  if (problem->layout == CONV_CHANNELS_FIRST)
    add_work(&work, t.width.dilation > 1 ? CONV_COPIES : CONV_TURNS, stored * (t.width.dilation > 1 ? LANES : 1));

  // Samples at the points are written and gone through with every panel, products are written and read; weights pass by
  // once a block.
  const double floats = sizeof(float), rows = t.tiles * t.planes;
  const double held = least_of(memory.panels, t.panels), share = memory.panels > 1 ? memory.positions : 1;
  const double weights = floats * weight_rows(problem) * vectors * LANES;
  const double samples = floats * t.groups * t.tiles * t.sample_planes * memory.positions * memory.channels;
  const double products = floats * rows * memory.positions * vectors * LANES;
  const double block_samples = samples / t.groups / t.blocks;
  const double block = block_samples + products / t.panels * held / t.blocks;
  add_traffic(&work, problem, 2 * samples + 2 * products, block + weights / t.panels);
  add_traffic(&work, problem, samples * ((double)t.panels / t.groups - 1),
              (block_samples + (block - block_samples) / held + weights / t.panels) / share);
  const double inputs = floats * t.groups * problem->input_channels * task_inputs(problem, task);
  const double image = inputs + floats * task_outputs(task) * vectors * LANES;
  add_image_traffic(&work, problem, image, packed_bytes(problem));
  add_weight_traffic(&work, problem, weights, weights + image, packed_bytes(problem));
  add_traffic(&work, problem, weights * (t.blocks - 1), weights + block);
  return work;
}
