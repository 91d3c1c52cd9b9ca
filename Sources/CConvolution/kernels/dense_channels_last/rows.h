// Outputs whose taps all lie inside are gone through row by row.
#pragma once

#include "../../shared/flat.h"
#include "manner.h"
#include "row_tile.h"

/// Products of a pixel that take about as long as to find a tile's samples in a table.
enum { TABLE_PRODUCTS = 100 };

/// Whether a piece of a task is gone through row by row: where its taps are all inside, all weights are visited together,
/// and tiles that end with each row are not so small that tables cost less.
INLINE bool has_rows(const conv_problem *problem, const conv_task *piece, task_manner manner) {
  const int32_t weights = weight_rows(problem);
  if (manner.rows < weights) return false;
  if (is_flat(problem, piece)) return true;
  for (int axis = 0; axis < 3; axis++)
    if (!are_inside(&problem->axis[axis], piece->first[axis], piece->end[axis])) return false;
  const int32_t columns = piece->end[2] - piece->first[2];
  const int64_t tiles = parts_of(columns, manner.pixels);
  return (tiles * manner.pixels - columns) * weights <= TABLE_PRODUCTS * tiles;
}

/// Pixels of a block at most: what they read and write stays in a quarter of the second-level cache for all panels.
INLINE int32_t block_pixels(const conv_problem *problem, int32_t pixels) {
  const conv_axis *height = &problem->axis[1], *width = &problem->axis[2];
  const int64_t samples = (int64_t)least_of(height->stride, height->kernel) * least_of(width->stride, width->kernel);
  const int64_t bytes = (int64_t)sizeof(float) * (samples * problem->input_channels + problem->output_channels);
  return parts_of(clamped(problem->caches.level[1] / 4 / bytes, 8 * TABLE_PIXELS, 1 << 20), pixels) * pixels;
}

/// Computes `pixels` ones of a row for a panel.
INLINE void run_row(row_tiles row, const panel_run *panel, int32_t vectors, task_manner manner, int32_t pixels) {
  // Tiles differ by one pixel at most.
  const int32_t tiles = parts_of(pixels, tile_pixels(manner, vectors)), size = pixels / tiles;
  for (int larger = 1; larger >= 0; larger--) {
    row.tiles = larger ? pixels % tiles : tiles - pixels % tiles;
    if (row.tiles == 0) continue;
    row_functions[vectors - 1][size + larger - 1](panel, &row);
    row.samples += row.tiles * (size + larger) * row.x_step;
    row.output += row.tiles * (size + larger) * row.y_step;
  }
}

/// Computes all panels of a piece that has rows, block by block: some rows, or a part of one.
static void run_rows(const conv_problem *problem, const conv_operands *image, const conv_task *piece,
                     task_manner manner, const tap_run *runs, int32_t run_count) {
  const conv_axis *axis = problem->axis;
  const ptrdiff_t *x = problem->x.axis, *y = problem->y.axis;
  const int32_t height = piece->end[1] - piece->first[1], rows = (piece->end[0] - piece->first[0]) * height;
  const int32_t most = block_pixels(problem, manner.pixels);
  const int32_t columns = least_of(most, piece->end[2] - piece->first[2]), together = most / columns;
  row_tiles row = {
      .runs = runs,
      .run_count = run_count,
      .weight_rows = weight_rows(problem),
      .x_step = axis[2].stride * x[2],
      .y_step = y[2],
  };
  for (int32_t first_row = 0; first_row < rows; first_row += together)
    for (int32_t column = piece->first[2]; column < piece->end[2]; column += columns)
      for (int32_t panel = piece->first_panel, vectors; panel < piece->end_panel; panel += panels_of(vectors)) {
        vectors = next_vectors(problem, piece, manner, panel);
        const panel_run run = panel_run_of(problem, image, piece->first_panel, panel, vectors);
        for (int32_t i = first_row; i < least_of(first_row + together, rows); i++) {
          const int32_t d = piece->first[0] + i / height, h = piece->first[1] + i % height;
          row.samples = image->x + panel_input(problem, panel) + first_tap(&axis[0], d) * x[0] +
                        first_tap(&axis[1], h) * x[1] + first_tap(&axis[2], column) * x[2];
          row.output = d * y[0] + h * y[1] + column * y[2];
          run_row(row, &run, vectors, manner, least_of(columns, piece->end[2] - column));
        }
      }
}
