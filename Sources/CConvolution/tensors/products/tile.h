// The microkernel: rows of a, broadcast, times vectors of b's columns, summed in registers.
#pragma once

#include "../../shared/tile_sizes.h"
#include "tensors.h"

enum { TILE_COLUMNS = TILE_VECTORS * LANES };

typedef struct {
  const float *a;     ///< [k][rows of the tile]
  const float *b;     ///< [k][TILE_COLUMNS]
  int32_t k, columns;
  float *y;
  ptrdiff_t y_row;
  bool first;         ///< whether nothing has been summed yet
} product_tile;

INLINE void multiply_tile(const product_tile *t, const int rows, const int vectors, const bool whole) {
  const vmask mask = v_first(t->columns - (vectors - 1) * LANES);
  const ptrdiff_t y_row = t->y_row;
  float *const y = t->y;
  const bool first = t->first;
  vec sum[TILE_BROADCASTS][TILE_VECTORS];
  EACH(r, rows) EACH(v, vectors) sum[r][v] = v_zero();
  const float *a = t->a, *b = t->b;
  for (int32_t k = t->k; k > 0; k--, a += rows, b += TILE_COLUMNS) {
    vec column[TILE_VECTORS];
    EACH(v, vectors) column[v] = v_load(b + v * LANES);
    EACH(r, rows) {
      const vec value = v_set(a[r]);
      EACH(v, vectors) sum[r][v] = v_fma(value, column[v], sum[r][v]);
    }
  }
  EACH(r, rows) EACH(v, vectors) {
    float *const to = y + r * y_row + v * LANES;
    if (whole || v < vectors - 1)
      v_store(to, first ? sum[r][v] : v_add(v_load(to), sum[r][v]));
    else
      v_store_masked(to, mask, first ? sum[r][v] : v_add(v_load_masked(to, mask), sum[r][v]));
  }
}

// One function a tile size: a row for each number of rows, of so many vectors, partial or whole.
#define TILE(r, vectors, name, whole) \
  static void name##_tile_##r##x##vectors(const product_tile *t) { multiply_tile(t, r, vectors, whole); }
#define TILES(r) TILE(r, 1, partial, false) TILE(r, 1, whole, true) TILE(r, 2, partial, false) TILE(r, 2, whole, true)
#define TILE_ROW(r) {{partial_tile_##r##x1, whole_tile_##r##x1}, {partial_tile_##r##x2, whole_tile_##r##x2}},
TILE_SIZES(TILES)
static void (*const tile_functions[TILE_BROADCASTS][TILE_VECTORS][2])(const product_tile *) = {TILE_SIZES(TILE_ROW)};

INLINE void multiply_rows(const product_tile *t, int32_t rows) {
  tile_functions[rows - 1][t->columns > LANES][t->columns % LANES == 0](t);
}
