// A task whose outputs read the one sample at their own place: its pixels are one row, and no table has to find them.
#pragma once

#include "../../shared/flat.h"
#include "manner.h"
#include "tile_list.h"

/// Tiles that follow each other in a row.
typedef struct {
  const float *samples;     ///< of the first pixel, in the group's first input channel
  ptrdiff_t output;         ///< offset of the first pixel in y
  ptrdiff_t x_step, y_step;  ///< from pixel to pixel
  int32_t channels;         ///< input channels of the group
  int32_t tiles;
} row_tiles;

INLINE void row_microkernel(const int pixels, const int vectors, const panel_run *panel, const row_tiles *row) {
  const panel_end end = end_of(vectors, panel);
  const ptrdiff_t x_step = row->x_step, y_step = row->y_step, fetched = least_of(row->channels, FETCHED_FLOATS);
  const float *coming = panel->weights + (ptrdiff_t)row->channels * vectors * LANES, *x = row->samples;
  ptrdiff_t first = row->output;
  for (int32_t left = row->tiles; left > 0; left--) {
    const float *samples[TABLE_PIXELS];
    ptrdiff_t output[TABLE_PIXELS], later[TABLE_PIXELS];
    vec sum[TABLE_PIXELS][MOST_VECTORS];
    EACH(p, pixels) {
      samples[p] = x + p * x_step;
      output[p] = first + p * y_step;
      later[p] = first + (TILES_AHEAD * pixels + p) * y_step;
      EACH(i, vectors) sum[p][i] = end.bias[i];
    }
    if (left > TILES_AHEAD) {
      const float *next = x + TILES_AHEAD * pixels * x_step;
      if (panel->cold)
        for (ptrdiff_t c = 0; c < fetched; c += LINE_FLOATS)
          EACH(p, pixels) __builtin_prefetch(next + p * x_step + c);
      fetch_outputs(pixels, panel, later, panel->channels - 1);
    }
    if (panel->far) fetch_outputs(pixels, panel, output, vectors * LANES);
    EACH(p, pixels) OPAQUE(samples[p]);
    coming = add_run(pixels, vectors, samples, row->channels, panel->weights, panel->next_panel, coming, sum);
    finish_tile(pixels, vectors, panel, &end, output, sum);
    x += pixels * x_step;
    first += pixels * y_step;
  }
}

typedef void row_function(const panel_run *panel, const row_tiles *row);

#define TILE(pixels, vectors) \
  static void row_##pixels##x##vectors(const panel_run *panel, const row_tiles *row) { \
    row_microkernel(pixels, vectors, panel, row); \
  }
EVERY_TILE
#undef TILE
#define TILE(pixels, vectors) [vectors - 1][pixels - 1] = row_##pixels##x##vectors,
static row_function *const row_functions[MOST_VECTORS][TABLE_PIXELS] = {EVERY_TILE};
#undef TILE

/// Whether a task is one row, whose weights are all visited together.
INLINE bool is_one_row(const conv_problem *problem, const conv_task *task, task_manner manner) {
  return is_flat(problem, task) && manner.rows >= weight_rows(problem);
}

/// Pixels of a block: what they read and write stays in a quarter of the second-level cache for all panels.
INLINE int32_t block_pixels(const conv_problem *problem, int32_t pixels) {
  const int32_t bytes = (int32_t)sizeof(float) * (problem->input_channels + problem->output_channels);
  return parts_of(clamped(problem->caches.level[1] / 4 / bytes, 8 * TABLE_PIXELS, 1 << 20), pixels) * pixels;
}

/// Computes all panels of a task block by block.
static void run_row(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                    task_manner manner) {
  const flat_part flat = flatten(problem, image, task);
  const int32_t pixels = flat.task.end[2], block = block_pixels(problem, manner.pixels);
  for (int32_t begin = 0; begin < pixels; begin += block) {
    const int32_t count = least_of(block, pixels - begin);
    for (int32_t panel = task->first_panel, vectors; panel < task->end_panel; panel += 1 + (vectors > WIDEST_PANEL)) {
      vectors = next_vectors(problem, task, manner, panel);
      const panel_run run = panel_run_of(problem, &flat.image, task->first_panel, panel, vectors);
      row_tiles row = {
          .samples = flat.image.x + panel_input(problem, panel) + begin * problem->x.axis[2],
          .output = begin * problem->y.axis[2],
          .x_step = problem->x.axis[2],
          .y_step = problem->y.axis[2],
          .channels = problem->input_channels,
      };
      // Tiles differ by one pixel at most.
      const int32_t tiles = parts_of(count, tile_pixels(manner, vectors)), size = count / tiles;
      for (int larger = 1; larger >= 0; larger--) {
        row.tiles = larger ? count % tiles : tiles - count % tiles;
        if (row.tiles == 0) continue;
        row_functions[vectors - 1][size + larger - 1](&run, &row);
        row.samples += row.tiles * (size + larger) * row.x_step;
        row.output += row.tiles * (size + larger) * row.y_step;
      }
    }
  }
}
