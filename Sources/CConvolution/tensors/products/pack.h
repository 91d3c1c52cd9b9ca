// Parts of matrices laid out for the microkernel.
#pragma once

#include <string.h>

#include "../../shared/sizes.h"
#include "../../shared/transpose.h"

/// A part of a matrix.
typedef struct {
  const float *from;
  ptrdiff_t row, column;  ///< strides
} matrix_part;

/// A block of a product, through all of k.
typedef struct {
  matrix_part a, b;
  float *y;
  ptrdiff_t y_row;
  int64_t k;
  int32_t rows, columns;
} products_block;

/// Copies rows x columns to memory, `width` a row.
INLINE void pack_by_value(matrix_part part, int32_t rows, int32_t columns, float *to, ptrdiff_t width) {
  for (int32_t r = 0; r < rows; r++)
    for (int32_t c = 0; c < columns; c++) to[r * width + c] = part.from[r * part.row + c * part.column];
}

/// `rows` of a, LANES at most, to [k][row].
INLINE void pack_rows_of_a(matrix_part a, int32_t rows, int32_t k, float *to) {
  if (a.column == 1)
    interleave(a.from, a.row, to, rows, k);
  else
    pack_by_value((matrix_part){a.from, a.column, a.row}, k, rows, to, rows);
}

/// Columns of b to panels of `width`, [panel][k][width]; what is behind the last column is not written. Rows that lie
/// side by side are read along through all panels.
INLINE void pack_columns_of_b(matrix_part b, int32_t columns, int32_t k, float *to, const int32_t width) {
  if (b.column == 1)
    for (int32_t r = 0; r < k; r++)
      for (int32_t c = 0; c < columns; c += LANES) {
        float *const packed = to + ((ptrdiff_t)(c / width) * k + r) * width + c % width;
        const vmask mask = v_first(least_of(columns - c, LANES));
        v_store(packed, v_load_masked(b.from + r * b.row + c, mask));
      }
  else
    for (int32_t c = 0; c < columns; c += width) {
      const matrix_part panel = {b.from + c * b.column, b.row, b.column};
      const int32_t count = least_of(columns - c, width);
      if (b.row == 1)
        transpose(panel.from, b.column, to + (ptrdiff_t)c * k, width, count, k);
      else
        pack_by_value(panel, k, count, to + (ptrdiff_t)c * k, width);
    }
}
