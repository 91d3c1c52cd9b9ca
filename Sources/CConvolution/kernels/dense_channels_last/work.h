// The work of a task.
#pragma once

#include "run.h"

/// The panels of a task: of one vector, of TILE_VECTORS and of one more, and how many pairs of wide ones there are.
typedef struct {
  int32_t narrow, wide, triple, pairs;
} panel_widths;

INLINE void add_panels(panel_widths *widths, const conv_problem *problem, int32_t panels, bool last, int32_t times) {
  const int32_t vectors = last ? last_panel_vectors(problem->output_channels) : TILE_VECTORS;
  const int32_t wide = panels - (vectors != TILE_VECTORS);
  widths->narrow += (vectors < TILE_VECTORS) * times;
  widths->wide += wide * times;
  widths->triple += (vectors > TILE_VECTORS) * times;
  widths->pairs += wide / 2 * times;
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

/// Input samples of a channel that a block of `pixels` outputs of a task reads.
INLINE double block_inputs(const conv_problem *problem, const conv_task *task, double pixels) {
  double inputs = 1;
  for (int axis = 2; axis >= 0; axis--) {
    const double extent = extent_of(task, axis), outputs = pixels < extent ? pixels : extent;
    inputs *= inputs_of(&problem->axis[axis], outputs);
    pixels /= outputs;
  }
  return inputs;
}

/// Tiles of up to so many pixels that a piece of a task has.
INLINE double tiles_of(const conv_problem *problem, const conv_task *piece, bool by_rows, int32_t pixels) {
  const double rows = by_rows && !is_flat(problem, piece) ? extent_of(piece, 0) * extent_of(piece, 1) : 1;
  return rows * parts_of(task_pixels(piece) / (int32_t)rows, pixels);
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  conv_work work = {.count[CONV_TASKS] = 1};
  if (task_pixels(task) == 0) return work;
  const task_manner manner = manner_of(problem, task);
  const tile_walk walk = walk_of(problem, task, manner.pixels);
  const panel_widths widths = widths_of(problem, task);
  // What is computed in parts of a table, and what by whole ones unless those are apart too.
  const bool pairs = manner.vectors > TILE_VECTORS;
  const double widest = pairs ? widths.pairs : widths.wide;
  const double others = widths.narrow + (pairs ? widths.wide - 2 * widths.pairs : 0);
  const double vectors = TILE_VECTORS * widths.wide + widths.narrow;
  const double all_vectors = vectors + WIDEST_PANEL * widths.triple, panels = widest + others + widths.triple;
  const double visits = parts_of(weight_rows(problem), manner.rows);
  const double blocks = parts_of(walk_tables(&walk, manner.together), block_tables(problem));

  double tiles = 0;
  for (int32_t i = 0; i < walk.piece_count; i++) {
    const piece_work piece = work_of_piece(problem, &walk, i, joins_taps(problem));
    const double rows = piece.taps * problem->input_channels, outputs = piece.pixels * all_vectors;
    const bool by_rows = has_rows(problem, &walk.pieces[i], manner);
    const double wide = tiles_of(problem, &walk.pieces[i], by_rows, manner.pixels);
    const double narrow = tiles_of(problem, &walk.pieces[i], by_rows, tile_pixels(manner, 1));
    const double triples = manner.triples ? tiles_of(problem, &walk.pieces[i], by_rows, TRIPLE_BROADCASTS) : 0;
    const double calls = widest * wide + others * narrow + widths.triple * triples;
    // The third vector of three is read for every pixel.
    const double weight_vectors = widest * manner.vectors * (wide - narrow) + vectors * narrow +
                                  widths.triple * (TILE_VECTORS * triples + piece.pixels);
    add_work(&work, CONV_MULTIPLY_ADDS, rows * outputs);
    // Between two visits, sums are stored and loaded.
    add_work(&work, CONV_LOADS,
             rows * (weight_vectors + panels * piece.pixels) + 2 * (visits - 1) * outputs);
    add_work(&work, CONV_STEPS, calls * (rows / UNROLLED_ROWS + visits * piece.runs));
    add_work(&work, CONV_TILES, calls * visits);
    if (!by_rows) add_work(&work, CONV_LOOKUPS, piece.lookups);
    add_work(&work, CONV_STORES, outputs);
    tiles += widths.triple > 0 ? triples : widest > 0 ? wide : narrow;
  }

  const double groups = task_groups(task, group_panels(problem->output_channels));
  const double input = sizeof(float) * groups * problem->input_channels, pixels = task_outputs(task);
  const double weights = sizeof(float) * weight_rows(problem) * all_vectors * LANES;
  const double passes = panels / groups;
  add_tiled_traffic(&work, problem, task,
                    (tiled_bytes){
                        .inputs = input * task_inputs(problem, task),
                        .outputs = sizeof(float) * pixels * all_vectors * LANES,
                        .weights = weights,
                        .tiles = blocks,
                        .tile_inputs = input * block_inputs(problem, task, pixels / blocks),
                        .passes = passes,
                        .blocks = 1,
                    },
                    packed_bytes(problem));
  // Every tile of a block goes through the rows of a visit.
  const double visit_inputs = input * block_inputs(problem, task, pixels / tiles);
  add_traffic(&work, problem, (tiles - blocks) * weights, (weights / (passes * groups) + visit_inputs) / visits);
  return work;
}
