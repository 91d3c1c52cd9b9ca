// Runs a normalisation: of a unit the means, the variances around them, and then its values.
#pragma once

#include "../reduction/unit.h"
#include "axes.h"

typedef struct {
  conv_normalisation normalisation;
  reduction_shape shape;
  element_axes kept, reduced;  ///< before the last axis
  element_place inner;         ///< strides of the last axis
  const float *x, *scale, *bias;
  float *y;
  cut cut;
} normalisation_run;

/// Values that lie `stride` apart, from the i-th on.
INLINE vec load_along(const float *values, int64_t stride, int64_t i, int32_t count) {
  if (stride == 0) return v_set(*values);
  if (stride == 1) return count >= LANES ? v_load(values + i) : v_load_masked(values + i, v_first(count));
  float picked[LANES] = {0};
  for (int32_t lane = 0; lane < count && lane < LANES; lane++) picked[lane] = values[(i + lane) * stride];
  return v_load(picked);
}

/// Mean and 1 / deviation of each value, or of all: they are `step` apart.
typedef struct {
  const float *mean, *factor;
  int64_t step;
} row_statistics;

/// `count` values of the last axis, whose first lies at `at`.
static void normalise_row(const normalisation_run *run, element_place at, row_statistics statistics, int64_t count) {
  const float *const x = run->x + at.x, *const scale = run->scale + at.scale, *const bias = run->bias + at.bias;
  float *const y = run->y + at.x;
  const element_place stride = run->inner;
  for (int64_t i = 0; i < count; i += LANES) {
    const int32_t lanes = clamped(count - i, 0, LANES);
    const vec difference = v_sub(load_along(x, 1, i, lanes), load_along(statistics.mean, statistics.step, i, lanes));
    const vec normal = v_mul(difference, load_along(statistics.factor, statistics.step, i, lanes));
    const vec value = v_fma(normal, load_along(scale, stride.scale, i, lanes), load_along(bias, stride.bias, i, lanes));
    if (lanes == LANES)
      v_store(y + i, value);
    else
      v_store_masked(y + i, v_first(lanes), value);
  }
}

INLINE void divide_all(float *values, int32_t count, vec by) {
  for (int32_t i = 0; i < count; i += LANES) {
    const vmask taken = v_first(least_of(count - i, LANES));
    v_store_masked(values + i, taken, v_div(v_load_masked(values + i, taken), by));
  }
}

static void normalise_unit(const normalisation_run *run, int64_t unit) {
  const reduction_shape *shape = &run->shape;
  const span outputs = outputs_of(shape, unit), all = {0, shape->steps};
  const int32_t count = (int32_t)(outputs.end - outputs.first);
  const int64_t inner = shape->axes.inner;
  float mean[STRIP], factor[STRIP];
  reduce_unit[TERM_VALUE](shape, run->x, unit, all, NULL, mean);
  divide_all(mean, count, v_set((float)shape->terms));
  reduce_unit[TERM_DIFFERENCE_SQUARE](shape, run->x, unit, all, mean, factor);
  for (int32_t i = 0; i < count; i++)
    factor[i] = 1 / sqrtf(factor[i] / (float)shape->terms + run->normalisation.epsilon);
  // A unit has one output whose last axis is reduced, or a strip of the last axis.
  const bool is_strip = !shape->axes.inner_is_reduced;
  const int64_t begin = is_strip ? outputs.first % inner : 0;
  element_place first = element_at(&run->kept, is_strip ? outputs.first / inner : outputs.first);
  first = sum_of_places(first, (element_place){begin, begin * run->inner.scale, begin * run->inner.bias});
  const int64_t rows = elements_of(run->reduced.extent, run->reduced.axes);
  for (int64_t row = 0; row < rows; row++)
    normalise_row(run, sum_of_places(first, element_at(&run->reduced, row)), (row_statistics){mean, factor, is_strip},
                  is_strip ? count : inner);
}

static void normalise_units(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const normalisation_run *run = context;
  const span units = units_of(&run->cut, task);
  for (int64_t unit = units.first; unit < units.end; unit++) normalise_unit(run, unit);
}

static void run_normalisation(const conv_normalisation *normalisation, const float *x, const float *scale,
                              const float *bias, float *y, int32_t threads) {
  static const float one = 1, zero = 0;
  if (elements_of(normalisation->extent, normalisation->axes) == 0) return;
  conv_normalisation given = *normalisation;
  if (!scale) memset(given.scale, 0, sizeof given.scale);
  if (!bias) memset(given.bias, 0, sizeof given.bias);
  const conv_normalisation n = merged_normalisation(&given);
  normalisation_run run = {.normalisation = n, .kept = outer_axes(&n, false), .reduced = outer_axes(&n, true), .x = x,
                           .scale = scale ? scale : &one, .bias = bias ? bias : &zero, .y = y};
  const int last = n.axes - 1;
  if (last >= 0) run.inner = (element_place){1, n.scale[last], n.bias[last]};
  // Strips narrow enough that there are some for several threads.
  const int64_t kept = elements_of(run.kept.extent, run.kept.axes);
  const int32_t strip = kept >= 8 || last < 0 ? STRIP : clamped(n.extent[last] / 8, 1, STRIP);
  run.shape = reduction_shape_of(n.axes, n.extent, n.reduced, 1, parts_of(strip, LINE_FLOATS) * LINE_FLOATS);
  // Values are read three times.
  const int64_t elements = 2 * run.shape.terms * run.shape.outputs / run.shape.units;
  run.cut = cut_units(run.shape.units, elements);
  run_units(&run.cut, elements, threads, normalise_units, &run);
}
