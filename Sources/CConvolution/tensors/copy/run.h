// Runs a copy: parts of its rows and columns, for every index of the axes before them.
#pragma once

#include "../cut.h"
#include "rows.h"

enum {
  /// Elements of a part of a row that lies side by side in both places.
  ROW_PART = 1 << 14,
  /// Rows and columns of a part of a transposition: lines of both places stay in the cache until they are done.
  TURNED_ROWS = 64,
  TURNED_COLUMNS = 64,
};

typedef struct {
  int32_t element_bytes;
  copy_shape shape;
  int64_t rows, columns;              ///< of a part
  int64_t row_parts, column_parts;
  cut cut;
  const char *from;
  char *to;
} copy_run;

INLINE int64_t parts_of_extent(int64_t extent, int64_t part) { return (extent + part - 1) / part; }

INLINE int64_t smaller_extent(int64_t a, int64_t b) { return a < b ? a : b; }

/// Parts of columns are innermost, then rows, then the other axes, the last one first.
static void copy_part(const copy_run *run, int64_t part) {
  const copy_shape *shape = &run->shape;
  copy_axis rows = shape->rows, columns = shape->columns;
  const int64_t column = part % run->column_parts * run->columns;
  part /= run->column_parts;
  const int64_t row = part % run->row_parts * run->rows;
  part /= run->row_parts;
  int64_t from = row * rows.from + column * columns.from, to = row * rows.to + column * columns.to;
  for (int i = shape->outer - 1; i >= 0; i--) {
    const copy_axis *axis = &shape->axis[i];
    from += part % axis->extent * axis->from;
    to += part % axis->extent * axis->to;
    part /= axis->extent;
  }
  rows.extent = smaller_extent(rows.extent - row, run->rows);
  columns.extent = smaller_extent(columns.extent - column, run->columns);
  const int32_t bytes = run->element_bytes;
  copy_rows(bytes, run->from + from * bytes, run->to + to * bytes, &rows, &columns);
}

static void copy_parts(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const copy_run *run = context;
  const span parts = units_of(&run->cut, task);
  for (int64_t part = parts.first; part < parts.end; part++) copy_part(run, part);
}

static void run_copy(const conv_copy *copy, const void *from, void *to, int32_t threads) {
  if (elements_of(copy->extent, copy->axes) == 0) return;
  copy_run run = {
      .element_bytes = copy->element_bytes, .shape = shape_of_copy(copy), .from = from, .to = to};
  const copy_axis *rows = &run.shape.rows, *columns = &run.shape.columns;
  const bool is_turned = is_transposition(rows, columns);
  run.columns = smaller_extent(columns->extent, is_turned ? TURNED_COLUMNS : ROW_PART);
  run.rows = smaller_extent(rows->extent, is_turned ? TURNED_ROWS * TURNED_COLUMNS / run.columns
                                                    : ROW_PART / run.columns);
  run.column_parts = parts_of_extent(columns->extent, run.columns);
  run.row_parts = parts_of_extent(rows->extent, run.rows);
  int64_t parts = run.column_parts * run.row_parts;
  for (int i = 0; i < run.shape.outer; i++) parts *= run.shape.axis[i].extent;
  run.cut = cut_units(parts, run.rows * run.columns);
  run_units(&run.cut, run.rows * run.columns, threads, copy_parts, &run);
}
