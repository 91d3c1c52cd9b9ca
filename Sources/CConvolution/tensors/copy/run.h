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
  copy_axis rows, columns;            ///< of all parts
  int64_t part_rows, part_columns;    ///< of a part at most
  int32_t axes;
  copy_axis walk[CONV_MOST_AXES + 2]; ///< from part to part: along columns, along rows, then the other axes, the last first
  cut cut;
  const char *from;
  char *to;
} copy_run;

INLINE int64_t parts_of_extent(int64_t extent, int64_t part) { return (extent + part - 1) / part; }

INLINE int64_t smaller_extent(int64_t a, int64_t b) { return a < b ? a : b; }

/// Places go from part to part by steps: a division an axis would take longer than a small part.
static void copy_parts(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const copy_run *run = context;
  const span parts = units_of(&run->cut, task);
  int64_t index[CONV_MOST_AXES + 2], from = 0, to = 0, rest = parts.first;
  for (int a = 0; a < run->axes; a++) {
    const copy_axis *axis = &run->walk[a];
    index[a] = rest % axis->extent;
    rest /= axis->extent;
    from += index[a] * axis->from;
    to += index[a] * axis->to;
  }
  copy_axis rows = run->rows, columns = run->columns;
  const int32_t bytes = run->element_bytes;
  for (int64_t part = parts.first; part < parts.end; part++) {
    columns.extent = smaller_extent(run->columns.extent - index[0] * run->part_columns, run->part_columns);
    rows.extent = smaller_extent(run->rows.extent - index[1] * run->part_rows, run->part_rows);
    copy_rows(bytes, run->from + from * bytes, run->to + to * bytes, &rows, &columns);
    for (int a = 0; a < run->axes; a++) {
      const copy_axis *axis = &run->walk[a];
      from += axis->from;
      to += axis->to;
      if (++index[a] < axis->extent) break;
      from -= axis->extent * axis->from;
      to -= axis->extent * axis->to;
      index[a] = 0;
    }
  }
}

/// An axis in parts of so many of its elements.
INLINE copy_axis in_parts(const copy_axis *axis, int64_t part) {
  return (copy_axis){parts_of_extent(axis->extent, part), part * axis->from, part * axis->to};
}

static void run_copy(const conv_copy *copy, const void *from, void *to, int32_t threads) {
  if (elements_of(copy->extent, copy->axes) == 0) return;
  const copy_shape shape = shape_of_copy(copy);
  const copy_axis *rows = &shape.rows, *columns = &shape.columns;
  const bool is_turned = is_transposition(rows, columns);
  copy_run run = {.element_bytes = copy->element_bytes, .rows = *rows, .columns = *columns, .from = from, .to = to};
  run.part_columns = smaller_extent(columns->extent, is_turned ? TURNED_COLUMNS : ROW_PART);
  run.part_rows = smaller_extent(rows->extent, is_turned ? TURNED_ROWS * TURNED_COLUMNS / run.part_columns
                                                         : ROW_PART / run.part_columns);
  run.walk[run.axes++] = in_parts(columns, run.part_columns);
  run.walk[run.axes++] = in_parts(rows, run.part_rows);
  for (int i = shape.outer - 1; i >= 0; i--) run.walk[run.axes++] = shape.axis[i];
  int64_t parts = 1;
  for (int a = 0; a < run.axes; a++) parts *= run.walk[a].extent;
  run.cut = cut_units(parts, run.part_rows * run.part_columns);
  run_units(&run.cut, run.part_rows * run.part_columns, threads, copy_parts, &run);
}
