// Products of a tile: pixels x the vectors of one panel of output channels, or of two.
#pragma once

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
  MOST_VECTORS = 2 * TILE_VECTORS,
  UNROLLED_ROWS = 4,
  /// Tiles ahead whose samples and outputs are fetched, and floats of a pixel until its line is foreseen.
  TILES_AHEAD = 2,
  FETCHED_FLOATS = 4 * LINE_FLOATS,
};

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
      OPAQUE(third);
      sum[p][kept] = v_fma(sample, v_load(third), sum[p][kept]);
    }
  }
}

/// Where a way through rows of weights is.
typedef struct {
  const float *weights;
  ptrdiff_t next_panel;  ///< floats from a panel's weights to the next one's
  const float *coming;   ///< to be prefetched next
} weight_walk;

/// Adds the products of the next rows of weights and the samples first..<end of every pixel, which they meet.
INLINE void add_run(const int pixels, const int vectors, const float *const samples[TABLE_PIXELS], ptrdiff_t first,
                    ptrdiff_t end, weight_walk *walk, vec sum[TABLE_PIXELS][MOST_VECTORS]) {
  const int row = row_vectors(vectors) * LANES;
  ptrdiff_t c = first;
  for (; c + UNROLLED_ROWS <= end; c += UNROLLED_ROWS) {
    add_rows(pixels, vectors, UNROLLED_ROWS, samples, c, walk->weights, walk->weights + walk->next_panel, sum);
    walk->weights += UNROLLED_ROWS * row;
    __builtin_prefetch(walk->coming, 0, 2);
    walk->coming += LINE_FLOATS;
  }
  for (; c < end; c++) {
    add_rows(pixels, vectors, 1, samples, c, walk->weights, walk->weights + walk->next_panel, sum);
    walk->weights += row;
  }
}
