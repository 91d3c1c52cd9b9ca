// The work of a task.
#pragma once

#include "run.h"

/// The panels of a task: how many vectors wide they are, and how many pairs of wide ones there are.
typedef struct {
  int32_t wide, narrow, pairs;
} panel_widths;

INLINE void add_panels(panel_widths *widths, const conv_problem *problem, int32_t panels, bool last, int32_t times) {
  const int32_t rest = problem->output_channels % PANEL, narrow = last && rest > 0 && rest <= LANES;
  widths->wide += (panels - narrow) * times;
  widths->narrow += narrow * times;
  widths->pairs += (panels - narrow) / 2 * times;
}

INLINE panel_widths widths_of(const conv_problem *problem, const conv_task *task) {
  const int32_t panels = group_panels(problem->output_channels);
  const int32_t first = task->first_panel / panels, last = task->end_panel / panels;
  const int32_t begin = task->first_panel % panels, end = task->end_panel % panels;
  panel_widths widths = {0};
  if (first == last) {
    add_panels(&widths, problem, end - begin, false, 1);
  } else {
    add_panels(&widths, problem, panels - begin, true, 1);
    add_panels(&widths, problem, panels, true, last - first - 1);
    add_panels(&widths, problem, end, false, 1);
  }
  return widths;
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const task_manner manner = manner_of(problem, task);
  const tile_walk walk = walk_of(problem, task, manner.most_pixels);
  const panel_widths widths = widths_of(problem, task);
  const double pairs = manner.pairs ? widths.pairs : 0, singles = widths.wide + widths.narrow - 2 * pairs;
  const double vectors = 2 * widths.wide + widths.narrow, visits = manner.shares ? shared_blocks(problem) : 1;

  conv_work work = {.count[CONV_TASKS] = 1};
  if (task_pixels(task) == 0) return work;
  for (int32_t i = 0; i < walk.piece_count; i++) {
    const piece_work piece = work_of_piece(problem, &walk, i, manner.join);
    const double rows = piece.taps * problem->input_channels, outputs = piece.pixels * vectors;
    const int32_t size = piece.pixels / piece.tiles, larger = piece.pixels % piece.tiles;
    const double pair_calls = pairs * ((piece.tiles - larger) * pair_parts(size) + larger * pair_parts(size + 1));
    const double calls = singles * piece.tiles + pair_calls;
    const double weight_vectors = (vectors - 4 * pairs) * piece.tiles + 4 * pair_calls;
    add_work(&work, CONV_MULTIPLY_ADDS, rows * outputs);
    // Between two visits, sums are stored and loaded.
    add_work(&work, CONV_LOADS,
             rows * (weight_vectors + (singles + pairs) * piece.pixels) + 2 * (visits - 1) * outputs);
    add_work(&work, CONV_STEPS, calls * (rows + visits * piece.runs));
    add_work(&work, CONV_TILES, calls * visits);
    add_work(&work, CONV_LOOKUPS, piece.lookups);
    add_work(&work, CONV_STORES, outputs);
  }

  const double groups = task_groups(task, group_panels(problem->output_channels));
  const double tiles = manner.shares ? 1 : walk_tiles(&walk);
  const double input = sizeof(float) * groups * problem->input_channels;
  add_tiled_traffic(&work, problem, task,
                    (tiled_bytes){
                        .inputs = input * task_inputs(problem, task),
                        .outputs = sizeof(float) * task_outputs(task) * vectors * LANES,
                        .weights = sizeof(float) * weight_rows(problem) * vectors * LANES,
                        .tiles = tiles,
                        .tile_inputs = input * (manner.shares ? task_inputs(problem, task)
                                                              : tile_inputs(problem, task_outputs(task) / tiles)),
                        .passes = (singles + pairs) / groups,
                        .blocks = visits,
                    },
                    packed_bytes(problem));
  return work;
}
