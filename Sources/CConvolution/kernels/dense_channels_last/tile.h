// The microkernel: a tile of pixels x one panel of output channels, or two.
#pragma once

#include "../../shared/finish.h"
#include "../../shared/pixel_table.h"
#include "../../shared/tile_sizes.h"
#include "panels.h"

enum { MOST_VECTORS = 2 * TILE_VECTORS, TILE_SUMS = TILE_BROADCASTS * PANEL };

/// Rows of packed weights that a tile goes through in one visit.
typedef struct {
  int32_t begin, end;
  bool first, last;  ///< of the tile's visits
  float *partial;    ///< its sums in between
} weight_visit;

typedef struct {
  const pixel_table *table;
  int32_t first_pixel;     ///< of the table's
  weight_visit visit;
  ptrdiff_t input_offset;  ///< of the group's first channel in a pixel
  const float *weights;    ///< of the panel
  ptrdiff_t next_panel;    ///< floats from its weights to the next one's
  int32_t channels;        ///< of the panel, or of both
  const float *bias, *residual;
  float *y;
  const conv_activation *activation;
} tile;

INLINE void microkernel(const int pixels, const int vectors, const tile *t) {
  vec sum[TILE_BROADCASTS][MOST_VECTORS];
  float *partial = t->visit.partial + t->first_pixel * vectors * LANES;
  EACH(p, pixels) EACH(v, vectors) sum[p][v] = v_zero();
  if (!t->visit.first) EACH(p, pixels) EACH(v, vectors) sum[p][v] = v_load(partial + (p * vectors + v) * LANES);

  const int row = (vectors < TILE_VECTORS ? vectors : TILE_VECTORS) * LANES;
  for (int32_t r = 0; r < t->table->count; r++) {
    const tap_run *run = &t->table->runs[r];
    const int32_t run_end = run->weight_row + run->length;
    const int32_t begin = run->weight_row > t->visit.begin ? run->weight_row : t->visit.begin;
    const int32_t length = least_of(run_end, t->visit.end) - begin;
    if (length <= 0) continue;
    const float **pointers = t->table->pointers + run->pointer_row * TILE_BROADCASTS + t->first_pixel;
    const ptrdiff_t offset = run->offset + t->input_offset + (begin - run->weight_row);
    const float *samples[TILE_BROADCASTS];
    EACH(p, pixels) samples[p] = pointers[p] + offset;
    const float *weights = t->weights + (ptrdiff_t)begin * row, *next_weights = weights + t->next_panel;
    for (int32_t c = 0; c < length; c++, weights += row, next_weights += row) {
      vec w[MOST_VECTORS];
      EACH(v, vectors) w[v] =
          v_load(v < TILE_VECTORS ? weights + v * LANES : next_weights + (v - TILE_VECTORS) * LANES);
      EACH(p, pixels) {
        const vec sample = v_set(samples[p][c]);
        EACH(v, vectors) sum[p][v] = v_fma(sample, w[v], sum[p][v]);
      }
    }
  }

  if (!t->visit.last) {
    EACH(p, pixels) EACH(v, vectors) v_store(partial + (p * vectors + v) * LANES, sum[p][v]);
    return;
  }
  const ptrdiff_t *output = t->table->output + t->first_pixel;
  const output_bounds bounds = bounds_of(t->activation);
  const bool all = t->channels == vectors * LANES, plain = all && !t->residual;
  EACH(v, vectors) {
    const vmask mask = v_first(least_of(t->channels - v * LANES, LANES));
    const vec bias = v_load_masked(t->bias + v * LANES, mask);
    if (plain)
      EACH(p, pixels) store_output(bounds, sum[p][v], bias, NULL, t->y + output[p] + v * LANES, true, mask);
    else
      EACH(p, pixels) {
        const ptrdiff_t at = output[p] + v * LANES;
        store_output(bounds, sum[p][v], bias, t->residual ? t->residual + at : NULL, t->y + at, all, mask);
      }
  }
}

// One function a tile size; a tile of p pixels is row p - 1.
#define TILE(p) \
  static void tile_##p##x1(const tile *t) { microkernel(p, 1, t); } \
  static void tile_##p##x2(const tile *t) { microkernel(p, 2, t); }
#define ROW(p) {tile_##p##x1, tile_##p##x2},
TILE_SIZES(TILE)
static void (*const tiles[TILE_BROADCASTS][TILE_VECTORS])(const tile *) = {TILE_SIZES(ROW)};

// Pairs of panels; NULL ends the table, which may have no row.
#define PAIR(p) \
  static void pair_##p(const tile *t) { microkernel(p, MOST_VECTORS, t); }
#define PAIR_ROW(p) pair_##p,
PAIR_SIZES(PAIR)
static void (*const pairs[PAIR_BROADCASTS + 1])(const tile *) = {PAIR_SIZES(PAIR_ROW) NULL};

/// Calls that compute the pixels of a tile for a pair.
INLINE int32_t pair_parts(int32_t pixels) { return parts_of(pixels, PAIR_BROADCASTS > 0 ? PAIR_BROADCASTS : 1); }
