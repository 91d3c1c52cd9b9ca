// Copies of some rows of columns, for elements of each size.
#pragma once

#include <string.h>

#include "../../shared/transpose.h"
#include "shape.h"

enum {
  /// Bytes of a row from which a call of memcpy is worth its while.
  LONG_ROW = 64,
};

// COPY_ROWS(type): element by element; compilers see the size, and strides of 1 where there are such.
#define COPY_ROWS(type)                                                                                            \
  INLINE void copy_each_##type(const type *from, type *to, const copy_axis rows, const copy_axis columns) {        \
    for (int64_t r = 0; r < rows.extent; r++, from += rows.from, to += rows.to)                                    \
      for (int64_t c = 0; c < columns.extent; c++) to[c * columns.to] = from[c * columns.from];                    \
  }                                                                                                                \
  static void copy_rows_##type(const type *from, type *to, copy_axis rows, copy_axis columns) {                    \
    if (columns.to == 1 && columns.from == 1) {                                                                    \
      columns.from = columns.to = 1;                                                                               \
      if (columns.extent * (int64_t)sizeof(type) < LONG_ROW) {                                                     \
        copy_each_##type(from, to, rows, columns);                                                                 \
        return;                                                                                                    \
      }                                                                                                            \
      for (int64_t r = 0; r < rows.extent; r++)                                                                    \
        memcpy(to + r * rows.to, from + r * rows.from, columns.extent * sizeof(type));                             \
    } else if (columns.to == 1 && columns.from == 0) {                                                             \
      for (int64_t r = 0; r < rows.extent; r++)                                                                    \
        for (int64_t c = 0; c < columns.extent; c++) to[r * rows.to + c] = from[r * rows.from];                    \
    } else {                                                                                                       \
      copy_each_##type(from, to, rows, columns);                                                                   \
    }                                                                                                              \
  }

typedef uint8_t bytes1;
typedef uint32_t bytes4;
typedef uint64_t bytes8;
COPY_ROWS(bytes1)
COPY_ROWS(bytes4)
COPY_ROWS(bytes8)

INLINE bool is_transposition(const copy_axis *rows, const copy_axis *columns) {
  return rows->from == 1 && columns->to == 1 && columns->from != 1;
}

/// Elements of 4 bytes turn in registers: what is a row here is a column of `from`.
INLINE void transpose_columns(const float *from, float *to, const copy_axis *rows, const copy_axis *columns) {
  const int32_t count = (int32_t)columns->extent;
  if (count < LANES && rows->to == count)
    interleave(from, columns->from, to, count, (int32_t)rows->extent);
  else
    transpose(from, columns->from, to, rows->to, count, (int32_t)rows->extent);
}

INLINE void copy_rows(int32_t element_bytes, const char *from, char *to, const copy_axis *rows,
                      const copy_axis *columns) {
  if (element_bytes == 4 && is_transposition(rows, columns))
    transpose_columns((const float *)from, (float *)to, rows, columns);
  else if (element_bytes == 4)
    copy_rows_bytes4((const bytes4 *)from, (bytes4 *)to, *rows, *columns);
  else if (element_bytes == 8)
    copy_rows_bytes8((const bytes8 *)from, (bytes8 *)to, *rows, *columns);
  else
    copy_rows_bytes1((const bytes1 *)from, (bytes1 *)to, *rows, *columns);
}
