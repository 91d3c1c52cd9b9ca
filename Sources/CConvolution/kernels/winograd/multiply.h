// The products of transformed samples and weights: at every position a matrix product, row by row of samples.
#pragma once

#include "../../shared/tile_sizes.h"
#include "weights.h"

/// One position: rows of samples times a panel of weights.
typedef struct {
  const float *samples;   ///< of the position
  const ptrdiff_t *row;   ///< where each row of samples begins
  const float *weights;   ///< [depth][channels of the panel]
  const float *next;      ///< weights that are wanted next: fetched meanwhile, a cache line a step
  int32_t depth;
  float *products;        ///< of the position
  ptrdiff_t product_row;  ///< from one row of products to the next
  bool adds;              ///< to the products that are there
} product;

enum {
  /// Rows of weights that are summed in one go: sums of sums err less than one long sum.
  SUMMED_ROWS = 256,
};

INLINE void microkernel(const int rows, const int vectors, const product *p) {
  vec sum[TILE_BROADCASTS][PANEL_VECTORS];
  const float *samples[TILE_BROADCASTS];
  EACH(r, rows) {
    samples[r] = p->samples + p->row[r];
    EACH(v, vectors) sum[r][v] = v_zero();
  }
  const float *weights = p->weights, *next = p->next;
  const int32_t depth = p->depth;
  for (int32_t c = 0; c < depth; c++, weights += vectors * LANES, next += LINE_FLOATS) {
    __builtin_prefetch(next, 0, 2);
    vec w[PANEL_VECTORS];
    EACH(v, vectors) w[v] = v_load(weights + v * LANES);
    EACH(r, rows) {
      const vec sample = v_set(samples[r][c]);
      EACH(v, vectors) sum[r][v] = v_fma(sample, w[v], sum[r][v]);
    }
  }
  float *products = p->products;
  if (p->adds)
    EACH(r, rows) EACH(v, vectors)
      sum[r][v] = v_add(sum[r][v], v_load(products + r * p->product_row + v * LANES));
  EACH(r, rows) EACH(v, vectors) v_store(products + r * p->product_row + v * LANES, sum[r][v]);
}

// One function a number of rows and vectors.
#define NARROW(r) \
  static void multiply_##r##x1(const product *p) { microkernel(r, 1, p); } \
  static void multiply_##r##x2(const product *p) { microkernel(r, 2, p); }
#define NARROW_ROW(r) {multiply_##r##x1, multiply_##r##x2},
TILE_SIZES(NARROW)
static void (*const narrow[TILE_BROADCASTS][TILE_VECTORS])(const product *) = {TILE_SIZES(NARROW_ROW)};

#define WIDE(r) \
  static void multiply_##r##x3(const product *p) { microkernel(r, 3, p); } \
  static void multiply_##r##x4(const product *p) { microkernel(r, 4, p); }
#define WIDE_ROW(r) {multiply_##r##x3, multiply_##r##x4},
PAIR_SIZES(WIDE)
static void (*const wide[PAIR_BROADCASTS + 1][2])(const product *) = {PAIR_SIZES(WIDE_ROW){NULL}};

/// Rows of a tile of so many vectors.
INLINE int32_t tile_rows(int32_t vectors) { return vectors > TILE_VECTORS ? PAIR_BROADCASTS : TILE_BROADCASTS; }

/// Multiplies all rows, in tiles of about the same size.
INLINE void multiply(product p, int32_t rows, int32_t vectors) {
  const int32_t tiles = parts_of(rows, tile_rows(vectors));
  const ptrdiff_t *row = p.row;
  float *products = p.products;
  const float *next = p.next;
  const int32_t lines = parts_of(vectors * LANES, LINE_FLOATS);
  for (int32_t tile = 0; tile < tiles; tile++) {
    const int32_t begin = part_begin(rows, tiles, tile), count = part_begin(rows, tiles, tile + 1) - begin;
    p.row = row + begin;
    p.products = products + begin * p.product_row;
    // Every tile fetches a part of what is next.
    p.next = next + (ptrdiff_t)(tile % lines) * p.depth * LINE_FLOATS;
    if (vectors > TILE_VECTORS)
      wide[count - 1][vectors - TILE_VECTORS - 1](&p);
    else
      narrow[count - 1][vectors - 1](&p);
  }
}
