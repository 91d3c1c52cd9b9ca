// The microkernel: the rows of packed weights of one panel of output channels, or of two, on tiles of pixels.
#pragma once

#include <math.h>

#include "../../shared/finish.h"
#include "../../shared/tile_sizes.h"
#include "panels.h"

// A table has the pixels of two tiles of the widest kind, where they are small. A panel of fewer vectors, which needs
// more pixels for enough sums to overlap, takes both as one.
#if PAIR_BROADCASTS > 0
#define TABLE_PIXELS TILE_BROADCASTS
#else
#define TABLE_PIXELS (2 * TILE_BROADCASTS)
#endif
#include "../../shared/tile_walk.h"

enum {
  /// Vectors of the widest panel, and of what is computed together.
  WIDEST_PANEL = TRIPLE_BROADCASTS > 0 ? TILE_VECTORS + 1 : TILE_VECTORS,
  MOST_VECTORS = PAIR_BROADCASTS > 0 ? 2 * TILE_VECTORS : WIDEST_PANEL,
  UNROLLED_ROWS = 4,
  /// Tiles ahead whose samples and outputs are fetched, and floats of a pixel until its line is foreseen.
  TILES_AHEAD = 2,
  FETCHED_FLOATS = 4 * LINE_FLOATS,
};

/// Pixels of a table that are computed together.
typedef struct {
  const tap_run *runs;
  int32_t run_count, pixels;
  const float **pointers;   ///< [row][TABLE_PIXELS], from the tile's first pixel on
  const ptrdiff_t *output;  ///< offset of each pixel in y
  float *sums;              ///< kept between two visits
} tile;

/// What tiles have in common on their way through some rows of a panel's weights, or of two panels'.
typedef struct {
  int32_t begin, end;      ///< rows
  bool first, last;        ///< of the tiles' visits
  bool cold;               ///< whether no other panel of the task has read the tiles' samples
  ptrdiff_t input_offset;  ///< of the group's first channel in a pixel
  const float *weights;
  ptrdiff_t next_panel;    ///< floats from a panel's weights to the next one's
  int32_t channel;         ///< the first output channel
  int32_t channels;        ///< of the panel, or of both
  const float *bias, *residual;
  float *y;
  const conv_activation *activation;
  const float *coming;     ///< weights to prefetch
  bool far;                ///< whether the pixels of y are on pages of their own, where the next ones are not foreseen
} visit;

/// Vectors of each of the panels that are computed together.
INLINE int row_vectors(const int vectors) { return vectors > WIDEST_PANEL ? TILE_VECTORS : vectors; }

/// Adds the products of `rows` input channels from the c-th on.
INLINE void add_rows(const int pixels, const int vectors, const int rows, const float *const samples[TABLE_PIXELS],
                     ptrdiff_t c, const float *weights, const float *next_weights,
                     vec sum[TABLE_PIXELS][MOST_VECTORS]) {
  // Of a panel of three, the third vector is read for each pixel, as a part of the multiply-add: to keep it takes one
  // register more than there are, and then a sum is kept in memory.
  const int panel = row_vectors(vectors), row = panel * LANES, kept = panel > TILE_VECTORS ? TILE_VECTORS : vectors;
  EACH(r, rows) {
    vec w[MOST_VECTORS];
    EACH(v, kept) w[v] = v < panel ? v_load(weights + r * row + v * LANES)
                                   : v_load(next_weights + r * row + (v - panel) * LANES);
    const float *third = weights + r * row + kept * LANES;
    EACH(p, pixels) {
      const vec sample = v_set(samples[p][c + r]);
      EACH(v, kept) sum[p][v] = v_fma(sample, w[v], sum[p][v]);
      if (kept == vectors) continue;
      __asm__("" : "+r"(third));
      sum[p][kept] = v_fma(sample, v_load(third), sum[p][kept]);
    }
  }
}

/// Adds the products of the visit's rows. Returns what is to be prefetched next.
INLINE const float *add_products(const int pixels, const int vectors, const visit *v, const tile *t,
                                 const float *coming, vec sum[TABLE_PIXELS][MOST_VECTORS]) {
  const int row = row_vectors(vectors) * LANES;
  for (const tap_run *run = t->runs, *const last = run + t->run_count; run < last; run++) {
    const int32_t begin = run->weight_row > v->begin ? run->weight_row : v->begin;
    const ptrdiff_t length = least_of(run->weight_row + run->length, v->end) - begin;
    if (length <= 0) continue;
    const float **pointers = t->pointers + run->pointer_row * TABLE_PIXELS;
    const ptrdiff_t offset = run->offset + v->input_offset + (begin - run->weight_row);
    const float *samples[TABLE_PIXELS];
    EACH(p, pixels) {
      samples[p] = pointers[p] + offset;
      // Else the compiler works out the addresses anew before each of the loops.
      __asm__("" : "+r"(samples[p]));
    }
    const float *weights = v->weights + (ptrdiff_t)begin * row, *next_weights = weights + v->next_panel;
    ptrdiff_t c = 0;
    for (; c + UNROLLED_ROWS <= length; c += UNROLLED_ROWS) {
      add_rows(pixels, vectors, UNROLLED_ROWS, samples, c, weights, next_weights, sum);
      weights += UNROLLED_ROWS * row;
      next_weights += UNROLLED_ROWS * row;
      __builtin_prefetch(coming, 0, 2);
      coming += LINE_FLOATS;
    }
    for (; c < length; c++) {
      add_rows(pixels, vectors, 1, samples, c, weights, next_weights, sum);
      weights += row;
      next_weights += row;
    }
  }
  return coming;
}

/// Brings near where a tile's outputs go, and the samples of its last run, which no tile before it has read.
INLINE void fetch_tile(const int pixels, const visit *v, const tile *t) {
  if (v->cold && v->first && t->run_count > 0) {
    const tap_run *run = t->runs + t->run_count - 1;
    const float **pointers = t->pointers + run->pointer_row * TABLE_PIXELS;
    const ptrdiff_t offset = run->offset + v->input_offset, length = least_of(run->length, FETCHED_FLOATS);
    EACH(p, pixels)
      for (ptrdiff_t c = 0; c < length; c += LINE_FLOATS) __builtin_prefetch(pointers[p] + offset + c);
  }
  if (v->last) EACH(p, pixels) __builtin_prefetch(v->y + t->output[p] + v->channels - 1, 1);
}

/// Visits `count` tiles, all of `pixels` pixels.
INLINE void microkernel(const int pixels, const int vectors, const visit *v, const tile *t, int32_t count) {
  const bool whole = vectors > 1 || v->channels >= LANES;
  const vmask lanes = v_first(least_of(v->channels, LANES));
  const bool clips = v->activation->minimum > -INFINITY || v->activation->maximum < INFINITY;
  const bool activates = is_more_than_clip(v->activation);
  vec bias[MOST_VECTORS];
  int32_t channel[MOST_VECTORS];
  EACH(i, vectors) channel[i] = i < vectors - 1 ? i * LANES : vector_channel(v->channels, i);
  EACH(i, vectors) bias[i] = whole ? v_load(v->bias + channel[i]) : v_load_masked(v->bias, lanes);
  const float *coming = v->coming;
  for (const tile *end = t + count; t < end; t++) {
    vec sum[TABLE_PIXELS][MOST_VECTORS];
    if (v->first)
      EACH(p, pixels) EACH(i, vectors) sum[p][i] = bias[i];
    else
      EACH(p, pixels) EACH(i, vectors) sum[p][i] = v_load(t->sums + (p * vectors + i) * LANES);
    if (t + TILES_AHEAD < end) fetch_tile(pixels, v, t + TILES_AHEAD);
    if (v->far) EACH(p, pixels) __builtin_prefetch(v->y + t->output[p] + vectors * LANES, 1);
    coming = add_products(pixels, vectors, v, t, coming, sum);
    if (!v->last) {
      EACH(p, pixels) EACH(i, vectors) v_store(t->sums + (p * vectors + i) * LANES, sum[p][i]);
      continue;
    }
    ptrdiff_t output[TABLE_PIXELS];
    EACH(p, pixels) output[p] = t->output[p];
    EACH(p, pixels) EACH(i, vectors) sum[p][i] = without_negative_zero(sum[p][i]);
    if (v->residual)
      EACH(p, pixels) EACH(i, vectors) {
        const float *residual = v->residual + output[p] + channel[i];
        sum[p][i] = v_add(sum[p][i], whole ? v_load(residual) : v_load_masked(residual, lanes));
      }
    if (clips) {
      const vec minimum = v_set(v->activation->minimum), maximum = v_set(v->activation->maximum);
      EACH(p, pixels) EACH(i, vectors) sum[p][i] = v_min(maximum, v_max(minimum, sum[p][i]));
    }
    float *const y = v->y;
    if (whole)
      EACH(p, pixels) EACH(i, vectors) v_store(y + output[p] + channel[i], sum[p][i]);
    else
      EACH(p, pixels) v_store_masked(y + output[p], lanes, sum[p][0]);
    if (activates)
      activate_rows_in_pass(v->activation, (output_channels){v->channel, true}, y, t->output, pixels, v->channels);
  }
}

typedef void tiles_function(const visit *v, const tile *t, int32_t count);

// One function a tile size; tiles of p pixels are row p - 1. Those of one vector go up to a table's pixels.
#define TILES(p, vectors) \
  static void tiles_##p##x##vectors(const visit *v, const tile *t, int32_t count) { \
    microkernel(p, vectors, v, t, count); \
  }
#define TILES_OF(p) TILES(p, 1) TILES(p, 2)
#define ROW(p) [p - 1] = {tiles_##p##x1, tiles_##p##x2},
TILE_SIZES(TILES_OF)
#if PAIR_BROADCASTS > 0
#define MORE_TILES(p)
#define MORE_ROW(p)
#else
#define MORE_TILES(p) \
  static void more_tiles_##p(const visit *v, const tile *t, int32_t count) { \
    microkernel(p + TILE_BROADCASTS, 1, v, t, count); \
  }
#define MORE_ROW(p) [p + TILE_BROADCASTS - 1] = {more_tiles_##p},
#endif
TILE_SIZES(MORE_TILES)
static tiles_function *const tiles_functions[TABLE_PIXELS][TILE_VECTORS] = {TILE_SIZES(ROW) TILE_SIZES(MORE_ROW)};

// Pairs of panels, and panels of three vectors; NULL ends a table, which may have no row.
#define PAIRS(p) TILES(p, 4)
#define PAIR_ROW(p) tiles_##p##x4,
PAIR_SIZES(PAIRS)
static tiles_function *const pair_functions[PAIR_BROADCASTS + 1] = {PAIR_SIZES(PAIR_ROW) NULL};
#define TRIPLES(p) TILES(p, 3)
#define TRIPLE_ROW(p) tiles_##p##x3,
TRIPLE_SIZES(TRIPLES)
static tiles_function *const triple_functions[TRIPLE_BROADCASTS + 1] = {TRIPLE_SIZES(TRIPLE_ROW) NULL};
