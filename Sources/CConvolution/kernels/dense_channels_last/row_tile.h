// The microkernel of rows: tiles whose samples lie at even distances, which no table has to find.
#pragma once

#include "outputs.h"
#include "tile_list.h"

/// Tiles that follow each other in a row.
typedef struct {
  const tap_run *runs;
  int32_t run_count, weight_rows;
  const float *samples;      ///< of the first pixel's first tap, in the group's first input channel
  ptrdiff_t output;          ///< offset of the first pixel in y
  ptrdiff_t x_step, y_step;  ///< from pixel to pixel
  int32_t tiles;
} row_tiles;

/// Offsets of pixels that are `step` apart.
INLINE void step_pixels(const int pixels, ptrdiff_t first, ptrdiff_t step, ptrdiff_t offset[TABLE_PIXELS]) {
  EACH(p, pixels) {
    OPAQUE(first);
    offset[p] = first;
    first += step;
  }
}

INLINE void row_microkernel(const int pixels, const int vectors, const panel_run *panel, const row_tiles *row) {
  const panel_end finish = end_of(vectors, panel);
  const ptrdiff_t x_step = row->x_step, y_step = row->y_step;
  const tap_run *const last = row->runs + row->run_count - 1;
  const ptrdiff_t fetched = least_of(last->length, FETCHED_FLOATS);
  weight_walk walk = {
      .next_panel = panel->next_panel,
      .coming = panel->weights + (ptrdiff_t)row->weight_rows * vectors * LANES,
  };
  const float *x = row->samples;
  ptrdiff_t first = row->output;
  for (int32_t left = row->tiles; left > 0; left--) {
    const float *samples[TABLE_PIXELS];
    ptrdiff_t offset[TABLE_PIXELS];
    vec sum[TABLE_PIXELS][MOST_VECTORS];
    EACH(p, pixels) EACH(i, vectors) sum[p][i] = finish.bias[i];
    if (left > TILES_AHEAD) {
      if (panel->cold) {
        step_pixels(pixels, TILES_AHEAD * pixels * x_step + last->offset, x_step, offset);
        for (ptrdiff_t c = 0; c < fetched; c += LINE_FLOATS)
          EACH(p, pixels) __builtin_prefetch(x + offset[p] + c);
      }
      step_pixels(pixels, first + TILES_AHEAD * pixels * y_step + panel->channels - 1, y_step, offset);
      fetch_outputs(pixels, panel, offset, 0);
    }
    if (panel->far) {
      step_pixels(pixels, first + vectors * LANES, y_step, offset);
      fetch_outputs(pixels, panel, offset, 0);
    }
    EACH(p, pixels) {
      OPAQUE(x);
      samples[p] = x;
      x += x_step;
    }
    walk.weights = panel->weights;
    const tap_run *run = row->runs;
    do
      add_run(pixels, vectors, samples, run->offset, run->offset + run->length, &walk, sum);
    while (run++ < last);
    step_pixels(pixels, first, y_step, offset);
    finish_tile(pixels, vectors, panel, &finish, offset, sum);
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
