// The forms of Winograd's algorithm and their functions: F(m, r) along one axis with 2 to 5 taps, along both with 3 or
// 5.
#pragma once

#include "transform.h"

// F(points of height, points of width), 1 where the axis is not transformed.
#define POINTS(F) \
  F(4, 1) F(6, 1) F(8, 1) F(1, 4) F(1, 6) F(1, 8) \
  F(4, 4) F(6, 4) F(8, 4) F(4, 6) F(6, 6) F(8, 6) F(4, 8) F(6, 8) F(8, 8)

// F(points of height, outputs of height, points of width, outputs of width): of a kernel, those with few points first,
// and tall tiles before wide ones, which are as much work: they read fewer rows twice.
#define FORMS(F) \
  F(4, 3, 1, 1) F(6, 5, 1, 1) F(8, 7, 1, 1) F(1, 1, 4, 3) F(1, 1, 6, 5) F(1, 1, 8, 7) \
  F(4, 2, 1, 1) F(6, 4, 1, 1) F(8, 6, 1, 1) F(1, 1, 4, 2) F(1, 1, 6, 4) F(1, 1, 8, 6) \
  F(6, 3, 1, 1) F(8, 5, 1, 1) F(1, 1, 6, 3) F(1, 1, 8, 5) \
  F(6, 2, 1, 1) F(8, 4, 1, 1) F(1, 1, 6, 2) F(1, 1, 8, 4) \
  F(4, 2, 4, 2) F(6, 4, 4, 2) F(8, 6, 4, 2) F(4, 2, 6, 4) F(6, 4, 6, 4) F(8, 6, 6, 4) \
  F(4, 2, 8, 6) F(6, 4, 8, 6) F(8, 6, 8, 6) F(6, 2, 6, 2) F(8, 4, 6, 2) F(6, 2, 8, 4) F(8, 4, 8, 4)

#define INPUT_FUNCTION(height, width) \
  static void input_##height##x##width(const float *from, grid at, float *to, ptrdiff_t position, tile_series tiles, \
                                       int32_t vectors) { \
    if (width == 1) \
      transform_line_input(height, from, at.row, to, position, tiles, vectors); \
    else if (height == 1) \
      transform_line_input(width, from, at.column, to, position, tiles, vectors); \
    else \
      transform_tile_input(height, width, from, at, to, position, tiles, vectors); \
  }
POINTS(INPUT_FUNCTION)

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
FORMS(OUTPUT_FUNCTION)

/// One form, along height and width.
typedef struct {
  int32_t points[2], outputs[2];
  input_transform *to_points;
  output_transform *to_outputs;
} tile_form;

#define FORM(height, rows, width, columns) \
  {{height, width}, {rows, columns}, input_##height##x##width, output_##height##x##width##_##rows##x##columns},
static const tile_form tile_forms[] = {FORMS(FORM)};
static const tile_form *const tile_forms_end = tile_forms + sizeof tile_forms / sizeof *tile_forms;

/// Whether a form is one of the problem's kernel.
INLINE bool is_form_of(const conv_problem *problem, const tile_form *form) {
  for (int a = 0; a < 2; a++)
    if (form->points[a] - form->outputs[a] + 1 != problem->axis[1 + a].kernel) return false;
  return true;
}

static int32_t forms(const conv_problem *problem, conv_form forms[CONV_MOST_FORMS]) {
  int32_t count = 0;
  for (const tile_form *form = tile_forms; form < tile_forms_end; form++)
    if (is_form_of(problem, form)) forms[count++] = (conv_form){{1, form->outputs[0], form->outputs[1]}};
  return count;
}

/// The problem's form.
static const tile_form *form_of(const conv_problem *problem) {
  const int32_t *outputs = problem->form.outputs;
  const tile_form *form = tile_forms;
  while (!is_form_of(problem, form) || form->outputs[0] != outputs[1] || form->outputs[1] != outputs[2]) form++;
  return form;
}
