// Between channels-first planes and channels-last pixels, in blocks of LANES x LANES that turn in registers.
#pragma once

#include "CConvolution.h"

/// Copies `rows` x `columns` from one memory to its transpose: to[column][row] = from[row][column].
INLINE void transpose(const float *from, ptrdiff_t from_row, float *to, ptrdiff_t to_row, int32_t rows,
                      int32_t columns) {
  for (int32_t c = 0; c < columns; c += LANES) {
    const int32_t column_count = columns - c < LANES ? columns - c : LANES;
    const vmask column_mask = v_first(column_count);
    for (int32_t r = 0; r < rows; r += LANES) {
      const int32_t row_count = rows - r < LANES ? rows - r : LANES;
      const float *block = from + r * from_row + c;
      float *turned = to + c * to_row + r;
      vec a[LANES];
      if (row_count == LANES && column_count == LANES) {
        EACH(i, LANES) a[i] = v_load(block + i * from_row);
        v_transpose(a);
        EACH(i, LANES) v_store(turned + i * to_row, a[i]);
        continue;
      }
      const vmask row_mask = v_first(row_count);
      for (int i = 0; i < LANES; i++)
        a[i] = i < row_count ? v_load_masked(block + i * from_row, column_mask) : v_zero();
      v_transpose(a);
      for (int i = 0; i < column_count; i++) v_store_masked(turned + i * to_row, row_mask, a[i]);
    }
  }
}
