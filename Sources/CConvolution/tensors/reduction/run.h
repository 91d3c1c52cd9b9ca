// Runs a reduction. Few outputs of many values are reduced by stretches, whose results are joined afterwards; how many
// depends on the tensor alone, so that the number of threads changes no bit.
#pragma once

#include "unit.h"

enum {
  MOST_STRETCHES = 64,
  /// Results of all stretches together at most.
  STRETCH_RESULTS = 4096,
  /// Units that are enough to share.
  MANY_UNITS = 16,
};

typedef struct {
  conv_reduction_kind kind;
  reduction_shape shape;
  reduction_term term;
  const float *x;
  float *y;
  const float *largest;  ///< of each output, for exponentials
  int32_t stretches;
  float *results;        ///< of stretches, [stretch][output]
  cut cut;
} reduction_run;

INLINE reduction_term term_of_kind(conv_reduction_kind kind) {
  switch (kind) {
    case CONV_REDUCE_MIN: return TERM_SMALLEST;
    case CONV_REDUCE_MAX: return TERM_LARGEST;
    case CONV_REDUCE_PRODUCT: return TERM_FACTOR;
    case CONV_REDUCE_L1: return TERM_MAGNITUDE;
    case CONV_REDUCE_L2:
    case CONV_REDUCE_SUM_SQUARE: return TERM_SQUARE;
    case CONV_REDUCE_LOG_SUM_EXP: return TERM_EXPONENTIAL;
    default: return TERM_VALUE;
  }
}

/// What exponents are relative to: the largest value, but 0 where that is infinite or NaN.
INLINE vec shift_of(vec largest) { return v_select(v_less(v_abs(largest), v_set(INFINITY)), largest, v_zero()); }

INLINE vec finished_reduction(const reduction_run *run, vec sum, vec shift) {
  if (run->term != term_of_kind(run->kind)) return sum;
  switch (run->kind) {
    case CONV_REDUCE_MEAN: return v_div(sum, v_set((float)run->shape.terms));
    case CONV_REDUCE_L2: return v_sqrt(sum);
    case CONV_REDUCE_LOG_SUM_EXP: return v_add(v_log(sum), shift);
    default: return sum;
  }
}

/// Finishes `count` sums, at most a unit's, that the stretches' results are joined to.
static void finish_outputs(const reduction_run *run, float *y, const float *shift, int32_t count) {
  for (int32_t i = 0; i < count; i += LANES) {
    const vmask taken = v_first(least_of(count - i, LANES));
    const vec by = shift ? v_load_masked(shift + i, taken) : v_zero();
    v_store_masked(y + i, taken, finished_reduction(run, v_load_masked(y + i, taken), by));
  }
}

INLINE void load_shift(const reduction_run *run, span outputs, float shift[STRIP]) {
  for (int64_t i = 0; i < outputs.end - outputs.first; i += LANES) {
    const vmask taken = v_first(clamped(outputs.end - outputs.first - i, 0, LANES));
    v_store(shift + i, shift_of(v_load_masked(run->largest + outputs.first + i, taken)));
  }
}

static void reduce_units(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const reduction_run *run = context;
  const span units = units_of(&run->cut, task);
  for (int64_t i = units.first; i < units.end; i++) {
    const int64_t unit = i / run->stretches, stretch = i % run->stretches, steps = run->shape.steps;
    const span outputs = outputs_of(&run->shape, unit);
    const span part = {steps * stretch / run->stretches, steps * (stretch + 1) / run->stretches};
    float shift[STRIP];
    if (run->largest) load_shift(run, outputs, shift);
    float *const to = (run->stretches > 1 ? run->results + stretch * run->shape.outputs : run->y) + outputs.first;
    reduce_unit[run->term](&run->shape, run->x, unit, part, run->largest ? shift : NULL, to);
    if (run->stretches == 1)
      finish_outputs(run, to, run->largest ? shift : NULL, (int32_t)(outputs.end - outputs.first));
  }
}

/// Joins what stretches gave, unit by unit.
static void join_stretches(const reduction_run *run) {
  for (int64_t unit = 0; unit < run->shape.units; unit++) {
    const span outputs = outputs_of(&run->shape, unit);
    const int32_t count = (int32_t)(outputs.end - outputs.first);
    float *const y = run->y + outputs.first;
    float shift[STRIP];
    if (run->largest) load_shift(run, outputs, shift);
    for (int32_t i = 0; i < count; i += LANES) {
      const vmask taken = v_first(least_of(count - i, LANES));
      vec sum = empty_term(run->term);
      for (int32_t stretch = 0; stretch < run->stretches; stretch++)
        sum = joined_terms(run->term, sum,
                           v_load_masked(run->results + stretch * run->shape.outputs + outputs.first + i, taken));
      v_store_masked(y + i, taken, sum);
    }
    finish_outputs(run, y, run->largest ? shift : NULL, count);
  }
}

static void reduce_by(reduction_run *run, reduction_term term, int32_t threads) {
  const reduction_shape *shape = &run->shape;
  float results[STRETCH_RESULTS];
  run->term = term;
  run->stretches = 1;
  if (shape->units < MANY_UNITS && shape->outputs <= STRETCH_RESULTS / 2)
    run->stretches = clamped(shape->terms * shape->outputs / TASK_ELEMENTS, 1,
                             clamped(STRETCH_RESULTS / shape->outputs, 1, MOST_STRETCHES));
  run->results = results;
  const int64_t elements = shape->terms * shape->outputs / shape->units / run->stretches + LANES;
  run->cut = cut_units(shape->units * run->stretches, elements);
  run_units(&run->cut, elements, threads, reduce_units, run);
  if (run->stretches > 1) join_stretches(run);
}

static void run_reduction(const conv_reduction *reduction, const float *x, float *y, int32_t threads) {
  reduction_run run = {
      .kind = reduction->kind, .x = x, .y = y,
      .shape = reduction_shape_of(reduction->axes, reduction->extent, reduction->reduced, LANES, STRIP)};
  if (run.shape.outputs == 0) return;
  if (reduction->kind == CONV_REDUCE_LOG_SUM_EXP) {
    reduce_by(&run, TERM_LARGEST, threads);
    run.largest = y;
  }
  reduce_by(&run, term_of_kind(reduction->kind), threads);
}
