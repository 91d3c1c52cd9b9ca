// A function for every form: F(m, r) along one axis with 2 to 5 taps, along both with 3 or 5.
#pragma once

#include "transform.h"

// F(points of height, points of width), 1 where the axis is not transformed.
#define INPUT_FORMS(F) \
  F(4, 1) F(6, 1) F(8, 1) F(1, 4) F(1, 6) F(1, 8) \
  F(4, 4) F(4, 6) F(4, 8) F(6, 4) F(6, 6) F(6, 8) F(8, 4) F(8, 6) F(8, 8)

// F(points of height, outputs of height, points of width, outputs of width): of 2, 4, 3, 5 taps along one axis; of 3
// and 5 taps along both.
#define OUTPUT_FORMS(F) \
  F(4, 3, 1, 1) F(6, 5, 1, 1) F(8, 7, 1, 1) F(1, 1, 4, 3) F(1, 1, 6, 5) F(1, 1, 8, 7) \
  F(6, 3, 1, 1) F(8, 5, 1, 1) F(1, 1, 6, 3) F(1, 1, 8, 5) \
  F(4, 2, 1, 1) F(6, 4, 1, 1) F(8, 6, 1, 1) F(1, 1, 4, 2) F(1, 1, 6, 4) F(1, 1, 8, 6) \
  F(6, 2, 1, 1) F(8, 4, 1, 1) F(1, 1, 6, 2) F(1, 1, 8, 4) \
  F(4, 2, 4, 2) F(4, 2, 6, 4) F(4, 2, 8, 6) F(6, 4, 4, 2) F(6, 4, 6, 4) F(6, 4, 8, 6) \
  F(8, 6, 4, 2) F(8, 6, 6, 4) F(8, 6, 8, 6) F(6, 2, 6, 2) F(6, 2, 8, 4) F(8, 4, 6, 2) F(8, 4, 8, 4)

#define INPUT_FUNCTION(height, width) \
  static void input_##height##x##width(const float *from, grid at, float *to, ptrdiff_t position, tile_run tiles, \
                                       int32_t vectors) { \
    if (width == 1) \
      transform_line_input(height, from, at.row, to, position, tiles, vectors); \
    else if (height == 1) \
      transform_line_input(width, from, at.column, to, position, tiles, vectors); \
    else \
      transform_tile_input(height, width, from, at, to, position, tiles, vectors); \
  }
INPUT_FORMS(INPUT_FUNCTION)

#define OUTPUT_FUNCTION(height, rows, width, columns) \
  static void output_##height##x##width##_##rows##x##columns( \
      const float *products, float *to, grid to_at, index_range row_range, index_range column_range, \
      const finish *finish, const float *residual) { \
    if (width == 1) \
      transform_line_output(height, rows, products, to, to_at.row, row_range, finish, residual); \
    else if (height == 1) \
      transform_line_output(width, columns, products, to, to_at.column, column_range, finish, residual); \
    else \
      transform_tile_output(height, rows, width, columns, products, to, to_at, row_range, column_range, finish, \
                            residual); \
  }
OUTPUT_FORMS(OUTPUT_FUNCTION)

/// The functions of one form, or NULL.
typedef struct {
  input_transform *to_points;
  output_transform *to_outputs;
} form;

INLINE form form_of(int32_t height, int32_t rows, int32_t width, int32_t columns) {
  form found = {NULL, NULL};
#define INPUT_CASE(h, w) if (height == h && width == w) found.to_points = input_##h##x##w;
  INPUT_FORMS(INPUT_CASE)
#define OUTPUT_CASE(h, r, w, c) \
  if (height == h && rows == r && width == w && columns == c) found.to_outputs = output_##h##x##w##_##r##x##c;
  OUTPUT_FORMS(OUTPUT_CASE)
  return found;
}
