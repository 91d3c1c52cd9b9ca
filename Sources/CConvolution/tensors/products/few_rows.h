// Products of few rows: nothing is packed, since b is read but once, at the pace of memory.
#pragma once

#include <string.h>

#include "pack.h"

enum {
  FEW_ROWS = 4,
  /// Columns of a block, whose sums stay in the first-level cache while rows of b are added to them.
  FEW_ROWS_COLUMNS = 256,
  /// Rows of b that are added at a time, or columns that are gone along.
  TOGETHER = 4,
};

/// Adds `rows` rows of b times their values of a.
INLINE void add_rows(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_row, const int rows, float *y,
                     int32_t columns) {
  vec value[TOGETHER];
  EACH(r, rows) value[r] = v_set(a[r * a_step]);
  for (int32_t c = 0; c < columns; c += LANES) {
    const vmask mask = v_first(least_of(columns - c, LANES));
    vec sum = v_load_masked(y + c, mask);
    EACH(r, rows) sum = v_fma(value[r], v_load_masked(b + r * b_row + c, mask), sum);
    v_store_masked(y + c, mask, sum);
  }
}

/// The columns of b side by side. Some of its rows are added to all sums while they are in the cache.
INLINE void add_all_rows(const products_block *block) {
  const matrix_part *a = &block->a, *b = &block->b;
  for (int32_t row = 0; row < block->rows; row++)
    memset(block->y + row * block->y_row, 0, block->columns * sizeof(float));
  const int64_t whole = block->k / TOGETHER * TOGETHER;
  for (int64_t k = 0; k < block->k; k += k < whole ? TOGETHER : 1)
    for (int32_t row = 0; row < block->rows; row++) {
      const float *const values = a->from + row * a->row + k * a->column;
      float *const y = block->y + row * block->y_row;
      if (k < whole)
        add_rows(values, a->column, b->from + k * b->row, b->row, TOGETHER, y, block->columns);
      else
        add_rows(values, a->column, b->from + k * b->row, b->row, 1, y, block->columns);
    }
}

/// Products of a row of a and some columns of b, both side by side along k.
INLINE void multiply_along(const float *a, const float *b, ptrdiff_t b_column, int64_t k, const int columns, float *y) {
  vec sum[LANES];
  EACH(c, LANES) sum[c] = v_zero();
  int64_t i = 0;
  for (; i + LANES <= k; i += LANES)
    EACH(c, columns) sum[c] = v_fma(v_load(a + i), v_load(b + c * b_column + i), sum[c]);
  const vmask mask = v_first((int)(k - i));
  if (i < k)
    EACH(c, columns) sum[c] = v_fma(v_load_masked(a + i, mask), v_load_masked(b + c * b_column + i, mask), sum[c]);
  v_store_masked(y, v_first(columns), v_sum_lanes(sum));
}

/// The rows of b side by side, as those of a are.
INLINE void multiply_all_along(const products_block *block) {
  const int32_t whole = block->columns / TOGETHER * TOGETHER;
  for (int32_t c = 0; c < block->columns; c += c < whole ? TOGETHER : 1)
    for (int32_t row = 0; row < block->rows; row++) {
      const float *const a = block->a.from + row * block->a.row, *const b = block->b.from + c * block->b.column;
      float *const y = block->y + row * block->y_row + c;
      if (c < whole)
        multiply_along(a, b, block->b.column, block->k, TOGETHER, y);
      else
        multiply_along(a, b, block->b.column, block->k, 1, y);
    }
}

INLINE bool has_few_rows(const conv_products *p) {
  return p->m <= FEW_ROWS && (p->b_column == 1 || (p->b_row == 1 && p->a_column == 1));
}

static void multiply_few_rows(const products_block *block) {
  if (block->b.column == 1)
    add_all_rows(block);
  else
    multiply_all_along(block);
}
