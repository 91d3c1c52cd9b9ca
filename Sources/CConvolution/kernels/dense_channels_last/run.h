// The way through a task: tile by tile, and of each panel by panel; where a task is small, panel by panel, and of each
// block of weights by block, and of each tile by tile.
#pragma once

#include "../../shared/tile_walk.h"
#include "tile.h"

enum {
  /// Rows of weights below which pairs of panels are not worth the more calls.
  LEAST_PAIR_ROWS = 64,
  /// Tiles that share their way through the weights, and the rows of weights that they go through together.
  MOST_SHARING = 8,
  SHARED_ROWS = 128,
  /// Beyond so many taps, the tables of several tiles would take too much memory.
  MOST_SHARED_TAPS = 64,
};

/// Computes a panel on the tile that the table describes, as far as a visit goes; with `pair`, the next panel too.
INLINE void run_panel(const conv_problem *problem, const conv_operands *image, int32_t panel, const bool pair,
                      const pixel_table *table, int32_t pixels, weight_visit visit) {
  const int32_t panels = group_panels(problem->output_channels);
  const int32_t group = panel / panels, first_channel = panel % panels * PANEL;
  const int32_t rest = problem->output_channels - first_channel;
  const ptrdiff_t rows = weight_rows(problem), channel = (ptrdiff_t)group * problem->output_channels + first_channel;
  tile t = {
      .table = table,
      .visit = visit,
      .input_offset = (ptrdiff_t)group * problem->input_channels,
      .weights = image->packed + group * group_weights(problem) + rows * first_channel,
      .next_panel = rows * PANEL,
      .channels = least_of(rest, pair ? 2 * PANEL : PANEL),
      .bias = image->bias + channel,
      .residual = image->residual ? image->residual + channel : NULL,
      .y = image->y + channel,
      .activation = &problem->activation,
  };
  if (pair) {
    const int32_t parts = pair_parts(pixels);
    for (int32_t part = 0; part < parts; part++) {
      t.first_pixel = part_begin(pixels, parts, part);
      pairs[part_begin(pixels, parts, part + 1) - t.first_pixel - 1](&t);
    }
  } else {
    tiles[pixels - 1][rest > LANES](&t);
  }
  if (visit.last)
    for (int32_t p = 0; p < pixels; p++) activate(t.activation, t.y + table->output[p], t.channels);
}

/// Whether the panels of a task are computed in pairs.
INLINE bool has_pairs(const conv_problem *problem, const conv_task *task) {
  return PAIR_BROADCASTS > 0 && task->end_panel - task->first_panel > 1 &&
         problem->output_channels > PANEL + LANES && weight_rows(problem) >= LEAST_PAIR_ROWS;
}

static void run_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const pixel_table *table, int32_t pixels) {
  const weight_visit all = {.begin = 0, .end = INT32_MAX, .first = true, .last = true};
  const bool pairs = has_pairs(problem, task);
  const int32_t panels = group_panels(problem->output_channels);
  for (int32_t panel = task->first_panel, done; panel < task->end_panel; panel += done) {
    // Both are of one group, and the second one has two vectors as well.
    const int32_t rest = problem->output_channels - panel % panels * PANEL;
    const bool pair = pairs && panel + 1 < task->end_panel && rest > PANEL + LANES;
    run_panel(problem, image, panel, pair, table, pixels, all);
    done = pair ? 2 : 1;
  }
}

/// Whether a layer has so many weights that small tiles, each alone, would wait for them.
INLINE bool has_many_weights(const conv_problem *problem) {
  return tap_count(problem) <= MOST_SHARED_TAPS && weight_rows(problem) >= 4 * SHARED_ROWS;
}

INLINE int32_t shared_blocks(const conv_problem *problem) { return parts_of(weight_rows(problem), SHARED_ROWS); }

/// Takes a table for each of the tiles that share their way through the weights. Returns where their sums are kept in
/// between.
INLINE float *take_sharing(arena *a, const conv_problem *problem, pixel_table tables[MOST_SHARING]) {
  for (int i = 0; i < MOST_SHARING; i++) tables[i] = take_pixel_table(a, problem);
  return TAKE(a, float, MOST_SHARING * TILE_SUMS);
}

static size_t workspace_bytes(const conv_problem *problem) {
  if (!has_many_weights(problem)) return pixel_table_bytes(problem);
  arena a = {0};
  pixel_table tables[MOST_SHARING];
  take_sharing(&a, problem, tables);
  return a.used;
}

/// Runs a small task a block of weights at a time, which stays in the first-level cache for all of its tiles.
static void run_sharing(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                        void *workspace, const bool join) {
  arena a = {.memory = workspace};
  pixel_table tables[MOST_SHARING];
  float *partial = take_sharing(&a, problem, tables);
  tile_walk walk = walk_of(problem, task, TILE_BROADCASTS);
  const int32_t count = walk_tiles(&walk), rows = weight_rows(problem);
  int32_t pixels[MOST_SHARING];
  for (int32_t i = 0; i < count; i++) {
    begin_pixel_table(&tables[i], problem, join);
    pixels[i] = next_tile(&walk, &tables[i], problem, image->x);
  }
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++)
    for (int32_t row = 0; row < rows; row += SHARED_ROWS)
      for (int32_t i = 0; i < count; i++)
        run_panel(problem, image, panel, false, &tables[i], pixels[i],
                  (weight_visit){.begin = row, .end = row + SHARED_ROWS, .first = row == 0,
                                 .last = row + SHARED_ROWS >= rows, .partial = partial + i * TILE_SUMS});
}

/// How a task is gone through.
typedef struct {
  bool join;            ///< taps of a row, see begin_pixel_table
  bool shares;          ///< its tiles share their way through the weights, see run_sharing
  bool pairs;           ///< panels
  int32_t most_pixels;  ///< of a tile
} task_manner;

INLINE task_manner manner_of(const conv_problem *problem, const conv_task *task) {
  task_manner manner = {.join = problem->x.axis[2] == problem->input_channels, .most_pixels = TILE_BROADCASTS};
  if (has_many_weights(problem) && task_pixels(task) <= MOST_SHARING / 2 * TILE_BROADCASTS) {
    const tile_walk walk = walk_of(problem, task, TILE_BROADCASTS);
    manner.shares = walk_tiles(&walk) <= MOST_SHARING;
  }
  manner.pairs = !manner.shares && has_pairs(problem, task);
  if (manner.pairs) manner.most_pixels = 2 * PAIR_BROADCASTS;
  return manner;
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  const task_manner manner = manner_of(problem, task);
  if (manner.shares)
    run_sharing(problem, image, task, workspace, manner.join);
  else
    run_pixel_tiles(problem, image, task, workspace, manner.join, manner.most_pixels, run_tile);
}
