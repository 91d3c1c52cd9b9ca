// Between channels-first planes and channels-last pixels, in blocks of LANES x LANES that turn in registers.
#pragma once

#include "convolution.h"

/// Turns up to LANES x LANES.
INLINE void turn_block(const float *from, ptrdiff_t from_row, float *to, ptrdiff_t to_row, int32_t rows,
                       int32_t columns) {
  vec a[LANES];
  if (rows >= LANES && columns >= LANES) {
    EACH(i, LANES) a[i] = v_load(from + i * from_row);
    v_transpose(a);
    EACH(i, LANES) v_store(to + i * to_row, a[i]);
    return;
  }
  const vmask column_mask = v_first(columns < LANES ? columns : LANES);
  const vmask row_mask = v_first(rows < LANES ? rows : LANES);
  for (int i = 0; i < LANES; i++) a[i] = i < rows ? v_load_masked(from + i * from_row, column_mask) : v_zero();
  v_transpose(a);
  for (int i = 0; i < LANES && i < columns; i++) v_store_masked(to + i * to_row, row_mask, a[i]);
}

/// Where the block of the `at`-th of `count` begins: the last one overlaps the one before rather than be a part.
INLINE int32_t block_begin(int32_t at, int32_t count) {
  return count >= LANES && at > count - LANES ? count - LANES : at;
}

/// Copies `rows` x `columns` from one memory to its transpose: to[column][row] = from[row][column]. Rows of `to` are
/// written along, some at a time.
INLINE void transpose(const float *from, ptrdiff_t from_row, float *to, ptrdiff_t to_row, int32_t rows,
                      int32_t columns) {
  for (int32_t column = 0; column < columns; column += LANES)
    for (int32_t row = 0; row < rows; row += LANES) {
      const int32_t c = block_begin(column, columns), r = block_begin(row, rows);
      turn_block(from + r * from_row + c, from_row, to + c * to_row + r, to_row, rows - r, columns - c);
    }
}

/// The same of 2 or 4 rows of at least LANES columns, to memory without gaps: lanes of pairs of vectors alternate.
INLINE void alternate(const int rows, const float *from, ptrdiff_t from_row, float *to, int32_t columns) {
  for (int32_t column = 0; column < columns; column += LANES) {
    const int32_t c = block_begin(column, columns);
    vec a[4], b[4];
    EACH(i, rows) a[i] = v_load(from + i * from_row + c);
    for (int half = 1; half < rows; half *= 2) {
      EACH(i, rows / 2) {
        b[2 * i] = v_alternate_low(a[i], a[i + rows / 2]);
        b[2 * i + 1] = v_alternate_high(a[i], a[i + rows / 2]);
      }
      EACH(i, rows) a[i] = b[i];
    }
    EACH(i, rows) v_store(to + (ptrdiff_t)c * rows + i * LANES, a[i]);
  }
}

/// The same of fewer rows than a vector has lanes, to memory without gaps. Whole vectors are stored: the columns that
/// follow overwrite what is beyond one.
INLINE void interleave(const float *from, ptrdiff_t from_row, float *to, int32_t rows, int32_t columns) {
  if (columns < LANES) {
    turn_block(from, from_row, to, rows, rows, columns);
    return;
  }
  if (rows == 2) {
    alternate(2, from, from_row, to, columns);
    return;
  }
  if (rows == 4 && LANES >= 4) {
    alternate(4, from, from_row, to, columns);
    return;
  }
  for (int32_t column = 0; column < columns; column += LANES) {
    const int32_t c = block_begin(column, columns);
    vec a[LANES];
    EACH(i, LANES) a[i] = i < rows ? v_load(from + i * from_row + c) : v_zero();
    v_transpose(a);
    EACH(i, LANES) {
      float *turned = to + (ptrdiff_t)(c + i) * rows;
      if ((columns - c - i) * rows >= LANES)
        v_store(turned, a[i]);
      else
        v_store_masked(turned, v_first(rows), a[i]);
    }
  }
}

/// Copies planes, the rows of `from`, to pixels without gaps: to[column][row]. Planes are read along, which is faster
/// where they are far away and far apart, and `to` is near.
INLINE void transpose_planes(const float *from, ptrdiff_t from_row, float *to, int32_t rows, int32_t columns) {
  if (rows < LANES) {
    interleave(from, from_row, to, rows, columns);
    return;
  }
  for (int32_t row = 0; row < rows; row += LANES)
    for (int32_t column = 0; column < columns; column += LANES) {
      const int32_t c = block_begin(column, columns), r = block_begin(row, rows);
      turn_block(from + r * from_row + c, from_row, to + (ptrdiff_t)c * rows + r, rows, rows - r, columns - c);
    }
}
