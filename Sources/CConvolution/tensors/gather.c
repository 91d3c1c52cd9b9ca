// Rows picked by index.
#include <string.h>

#include "../simd/inline.h"
#include "cut.h"
#include "tensors.h"

typedef struct {
  const char *from;
  const int64_t *index;
  char *to;
  int64_t rows, count, row_bytes;
  cut cut;
} gather_run;

/// Of a known size where rows are single elements.
INLINE void copy_row(char *to, const char *from, const int64_t bytes) { memcpy(to, from, (size_t)bytes); }

INLINE void gather_span(const gather_run *run, span rows, const int64_t bytes) {
  const char *from = run->from + rows.first / run->count * run->rows * bytes;
  int64_t at = rows.first % run->count;
  for (int64_t row = rows.first; row < rows.end; row++) {
    const int64_t index = run->index[at];
    copy_row(run->to + row * bytes, from + (index < 0 ? index + run->rows : index) * bytes, bytes);
    if (++at == run->count) {
      at = 0;
      from += run->rows * bytes;
    }
  }
}

static void gather_rows(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const gather_run *run = context;
  const span rows = units_of(&run->cut, task);
  switch (run->row_bytes) {
    case 4: gather_span(run, rows, 4); break;
    case 8: gather_span(run, rows, 8); break;
    default: gather_span(run, rows, run->row_bytes);
  }
}

void conv_run_gather(const void *from, const int64_t *index, void *to, int64_t outer, int64_t rows, int64_t count,
                     int64_t row_bytes, int32_t threads) {
  gather_run run = {.from = from, .index = index, .to = to, .rows = rows, .count = count, .row_bytes = row_bytes};
  const int64_t elements = row_bytes / (int64_t)sizeof(float) + 1;
  run.cut = cut_units(outer * count, elements);
  run_units(&run.cut, elements, threads, gather_rows, &run);
}
