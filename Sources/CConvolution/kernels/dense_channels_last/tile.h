// The microkernel: some rows of the packed weights of one panel of output channels, or of two, on tiles of pixels that
// a table has found.
#pragma once

#include "outputs.h"
#include "tile_list.h"

/// Pixels of a table that are computed together.
typedef struct {
  const tap_run *runs;
  int32_t run_count, pixels;
  const float **pointers;   ///< [row][TABLE_PIXELS], from the tile's first pixel on
  const ptrdiff_t *output;  ///< offset of each pixel in y
  float *sums;              ///< kept between two visits
} tile;

/// What tiles have in common on their way through some rows of weights.
typedef struct {
  panel_run panel;
  int32_t begin, end;      ///< rows
  bool first, last;        ///< of the tiles' visits
  ptrdiff_t input_offset;  ///< of the group's first channel in a pixel
  const float *coming;     ///< weights to prefetch
} visit;

/// Adds the products of the visit's rows.
INLINE void add_products(const int pixels, const int vectors, const visit *v, const tile *t, weight_walk *walk,
                         vec sum[TABLE_PIXELS][MOST_VECTORS]) {
  const int row = row_vectors(vectors) * LANES;
  const float *samples[TABLE_PIXELS];
  // Inside, runs find their samples from the same pointers.
  int32_t pointer_row = -1;
  for (const tap_run *run = t->runs, *const last = run + t->run_count; run < last; run++) {
    const int32_t begin = run->weight_row > v->begin ? run->weight_row : v->begin;
    const int32_t end = least_of(run->weight_row + run->length, v->end);
    if (begin >= end) continue;
    if (run->pointer_row != pointer_row) {
      pointer_row = run->pointer_row;
      EACH(p, pixels) {
        samples[p] = t->pointers[pointer_row * TABLE_PIXELS + p] + v->input_offset;
        OPAQUE(samples[p]);
      }
    }
    const ptrdiff_t offset = run->offset - run->weight_row;
    walk->weights = v->panel.weights + (ptrdiff_t)begin * row;
    add_run(pixels, vectors, samples, offset + begin, offset + end, walk, sum);
  }
}

/// Brings near where a tile's outputs go, and the samples of its last run, which no tile before it has read.
INLINE void fetch_tile(const int pixels, const visit *v, const tile *t) {
  if (v->panel.cold && v->first && t->run_count > 0) {
    const tap_run *run = t->runs + t->run_count - 1;
    const float **pointers = t->pointers + run->pointer_row * TABLE_PIXELS;
    const ptrdiff_t offset = run->offset + v->input_offset, length = least_of(run->length, FETCHED_FLOATS);
    for (ptrdiff_t c = 0; c < length; c += LINE_FLOATS)
      EACH(p, pixels) __builtin_prefetch(pointers[p] + offset + c);
  }
  if (v->last) fetch_outputs(pixels, &v->panel, t->output, v->panel.channels - 1);
}

/// Visits `count` tiles, all of `pixels` pixels.
INLINE void microkernel(const int pixels, const int vectors, const visit *v, const tile *t, int32_t count) {
  const panel_end finish = end_of(vectors, &v->panel);
  weight_walk walk = {.next_panel = v->panel.next_panel, .coming = v->coming};
  for (const tile *end = t + count; t < end; t++) {
    vec sum[TABLE_PIXELS][MOST_VECTORS];
    if (v->first)
      EACH(p, pixels) EACH(i, vectors) sum[p][i] = finish.bias[i];
    else
      EACH(p, pixels) EACH(i, vectors) sum[p][i] = v_load(t->sums + (p * vectors + i) * LANES);
    if (t + TILES_AHEAD < end) fetch_tile(pixels, v, t + TILES_AHEAD);
    if (v->panel.far) fetch_outputs(pixels, &v->panel, t->output, vectors * LANES);
    add_products(pixels, vectors, v, t, &walk, sum);
    if (!v->last) {
      EACH(p, pixels) EACH(i, vectors) v_store(t->sums + (p * vectors + i) * LANES, sum[p][i]);
      continue;
    }
    ptrdiff_t output[TABLE_PIXELS];
    EACH(p, pixels) output[p] = t->output[p];
    finish_tile(pixels, vectors, &v->panel, &finish, output, sum);
  }
}

typedef void tiles_function(const visit *v, const tile *t, int32_t count);
#define TILE(pixels, vectors) \
  static void tiles_##pixels##x##vectors(const visit *v, const tile *t, int32_t count) { \
    microkernel(pixels, vectors, v, t, count); \
  }
EVERY_TILE
#undef TILE
#define TILE(pixels, vectors) [vectors - 1][pixels - 1] = tiles_##pixels##x##vectors,
static tiles_function *const tiles_functions[MOST_VECTORS][TABLE_PIXELS] = {EVERY_TILE};
#undef TILE
