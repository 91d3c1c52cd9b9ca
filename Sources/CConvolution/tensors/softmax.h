// Softmax: rows where the axis lies side by side, strips of neighbours where it does not. Short rows are turned to strips.
#pragma once

#include "../shared/transpose.h"
#include "reduction/rows.h"
#include "reduction/runs.h"

enum {
  /// Values of a strip, all along the axis, that are to stay in the second-level cache.
  SOFTMAX_VALUES = 1 << 16,
  /// Values of a row that is short, at most.
  SHORT_ROW = 32,
  /// Short rows that are turned together.
  SHORT_ROWS = 64,
};

typedef struct {
  bool logarithm;
  const float *x;
  float *y;
  int64_t n, inner;
  int32_t strip;
  int64_t strips;
  cut cut;
} softmax_run;

/// exp(x - largest) / sum, or its logarithm: scale is 1 / sum or log(sum).
INLINE vec softmax_of(bool logarithm, vec x, vec largest, vec scale) {
  const vec difference = v_sub(x, largest);
  return logarithm ? v_sub(difference, scale) : v_mul(v_exp(difference), scale);
}

INLINE vec softmax_scale(bool logarithm, vec sum) { return logarithm ? v_log(sum) : v_div(v_set(1), sum); }

INLINE float one_value(const reduction_term term, const float *x, int64_t n, float shift) {
  cascade c = empty_cascade(term);
  reduce_run(term, x, n, v_set(shift), &c);
  vec lanes[LANES];
  for (int i = 0; i < LANES; i++) lanes[i] = empty_term(term);
  lanes[0] = end_of_cascade(term, &c);
  float values[LANES];
  v_store(values, joined_lanes(term, lanes));
  return values[0];
}

static void softmax_row(bool logarithm, const float *x, float *y, int64_t n) {
  const float largest = one_value(TERM_LARGEST, x, n, 0), sum = one_value(TERM_EXPONENTIAL, x, n, largest);
  const vec shift = v_set(largest), scale = softmax_scale(logarithm, v_set(sum));
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) v_store(y + i, softmax_of(logarithm, v_load(x + i), shift, scale));
  if (i == n) return;
  const vmask rest = v_first((int)(n - i));
  v_store_masked(y + i, rest, softmax_of(logarithm, v_load_masked(x + i, rest), shift, scale));
}

static void softmax_strip(const softmax_run *run, const float *x, float *y, int32_t count) {
  const axis_group along = {.axes = 1, .extent = {run->n}, .stride = {run->inner}};
  float largest[STRIP], scale[STRIP];
  reduce_rows(TERM_LARGEST, x, &along, (span){0, run->n}, NULL, largest, count);
  reduce_rows(TERM_EXPONENTIAL, x, &along, (span){0, run->n}, largest, scale, count);
  for (int32_t i = 0; i < count; i += LANES) {
    const vmask taken = v_first(least_of(count - i, LANES));
    v_store_masked(scale + i, taken, softmax_scale(run->logarithm, v_load_masked(scale + i, taken)));
  }
  for (int64_t row = 0; row < run->n; row++, x += run->inner, y += run->inner)
    for (int32_t i = 0; i < count; i += LANES) {
      const vmask taken = v_first(least_of(count - i, LANES));
      v_store_masked(y + i, taken,
                     softmax_of(run->logarithm, v_load_masked(x + i, taken), v_load_masked(largest + i, taken),
                                v_load_masked(scale + i, taken)));
    }
}

/// Short rows that lie one behind the other: each vector of a strip has a value of as many rows.
static void softmax_short_rows(const softmax_run *run, const float *x, float *y, int32_t rows) {
  float turned[SHORT_ROW * SHORT_ROWS];
  const softmax_run strip = {.logarithm = run->logarithm, .n = run->n, .inner = SHORT_ROWS};
  transpose(x, run->n, turned, SHORT_ROWS, rows, (int32_t)run->n);
  softmax_strip(&strip, turned, turned, rows);
  transpose_planes(turned, SHORT_ROWS, y, (int32_t)run->n, rows);
}

static void softmax_short_units(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const softmax_run *run = context;
  const span units = units_of(&run->cut, task);
  for (int64_t row = units.first; row < units.end; row += SHORT_ROWS) {
    const int64_t place = row * run->n;
    softmax_short_rows(run, run->x + place, run->y + place, clamped(units.end - row, 0, SHORT_ROWS));
  }
}

static void softmax_units(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const softmax_run *run = context;
  const span units = units_of(&run->cut, task);
  for (int64_t unit = units.first; unit < units.end; unit++) {
    const int64_t begin = unit % run->strips * run->strip, place = unit / run->strips * run->n * run->inner + begin;
    if (run->inner == 1)
      softmax_row(run->logarithm, run->x + place, run->y + place, run->n);
    else
      softmax_strip(run, run->x + place, run->y + place, clamped(run->inner - begin, 0, run->strip));
  }
}

static void run_softmax(bool logarithm, const float *x, float *y, int64_t outer, int64_t n, int64_t inner,
                        int32_t threads) {
  if (outer == 0 || n == 0 || inner == 0) return;
  softmax_run run = {.logarithm = logarithm, .x = x, .y = y, .n = n, .inner = inner};
  // Of few rows, vectors would be partial whichever way.
  if (inner == 1 && n <= SHORT_ROW && outer >= LANES) {
    run.cut = cut_units(outer, 4 * n);
    run_units(&run.cut, 4 * n, threads, softmax_short_units, &run);
    return;
  }
  run.strip = clamped(SOFTMAX_VALUES / n, LINE_FLOATS, STRIP) / LINE_FLOATS * LINE_FLOATS;
  run.strips = (inner + run.strip - 1) / run.strip;
  const int64_t units = outer * run.strips;
  // Exponentials take longer than copies, about four times.
  const int64_t elements = 4 * outer * n * inner / units;
  run.cut = cut_units(units, elements);
  run_units(&run.cut, elements, threads, softmax_units, &run);
}
