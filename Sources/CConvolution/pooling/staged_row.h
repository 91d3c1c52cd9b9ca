// Rows of samples joined column by column into one. On both sides it has columns for the taps outside, which hold what
// joining begins with, so that windows are joined along it without a test.
#pragma once

#include "combine.h"
#include "window.h"

/// The taps of a row of windows along depth and height.
typedef struct {
  int32_t taps[2];    ///< inside
  ptrdiff_t step[2];  ///< from one of them to the next
  const float *x;     ///< the first of them, column 0
} tap_rows;

/// The columns that are staged, the first at position `origin`, which may lie outside.
typedef struct {
  int64_t origin;
  int32_t first, end;  ///< those that x holds and that are read
  int32_t columns;
} staged_columns;

INLINE vec join_column(const conv_pool_kind kind, const int32_t power, const tap_rows *rows, const int32_t heights,
                       int64_t column, const bool whole, int32_t lanes) {
  vec all = joined_none(kind);
  TAPS(d, rows->taps[0]) {
    const float *tap = rows->x + column + d * rows->step[0];
    for (int32_t h = 0; h < heights; h++, tap += rows->step[1])
      all = joined(kind, all, taken(kind, power, whole ? v_load(tap) : v_load_masked(tap, v_first(lanes))));
  }
  return all;
}

/// Where there are several vectors of columns, the last one reaches back; a single one may write beyond them.
INLINE void join_columns(const conv_pool_kind kind, const int32_t power, const tap_rows *rows, const int32_t heights,
                         const staged_columns *columns, float *staged) {
  const int32_t last = columns->end - LANES;
  if (last < columns->first)
    v_store(staged + columns->first, join_column(kind, power, rows, heights, columns->origin + columns->first, false,
                                                 columns->end - columns->first));
  else
    for (int32_t next = columns->first; next < columns->end; next += LANES) {
      const int32_t column = least_of(next, last);
      v_store(staged + column, join_column(kind, power, rows, heights, columns->origin + column, true, LANES));
    }
}

/// Writes up to a vector beyond the columns.
INLINE void stage_row(const conv_pool_kind kind, const int32_t power, const tap_rows *rows,
                      const staged_columns *columns, float *staged) {
  for (int32_t c = 0; c < columns->first; c += LANES) v_store(staged + c, joined_none(kind));
  if (columns->first < columns->end) switch (rows->taps[1]) {
    case 2: join_columns(kind, power, rows, 2, columns, staged); break;
    case 3: join_columns(kind, power, rows, 3, columns, staged); break;
    default: join_columns(kind, power, rows, rows->taps[1], columns, staged);
  }
  for (int32_t c = columns->end; c < columns->columns; c += LANES) v_store(staged + c, joined_none(kind));
}
