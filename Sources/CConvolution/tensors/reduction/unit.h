// A unit of a reduction: outputs that are computed together, from all of their values or a stretch of them.
#pragma once

#include "rows.h"
#include "runs.h"

enum {
  /// Values of a run that are taken at a time at most.
  RUN_PIECE = 1 << 13,
};

/// Outputs are the kept axes, dense. Where the inner axis is reduced, a unit is some outputs, and what is gone through
/// are pieces of runs; where it is kept, a unit is a strip of it, and what is gone through are rows.
typedef struct {
  reduction_axes axes;
  int64_t outputs, units;
  int64_t terms;          ///< of an output
  int64_t steps;          ///< pieces or rows of an output
  int64_t parts;          ///< pieces of a run, or strips of a row
  int32_t together;       ///< outputs of a unit of runs
  int32_t strip;          ///< of a unit of rows
} reduction_shape;

INLINE reduction_shape reduction_shape_of(int32_t axes, const int64_t *extent, const bool *is_reduced,
                                          int32_t together, int32_t strip) {
  reduction_shape shape = {.axes = axes_of(axes, extent, is_reduced), .together = together,
                           .strip = strip};
  const int64_t inner = shape.axes.inner, kept = count_of(&shape.axes.kept), reduced = count_of(&shape.axes.reduced);
  if (shape.axes.inner_is_reduced) {
    shape.parts = (inner + RUN_PIECE - 1) / RUN_PIECE;
    shape.outputs = kept;
    shape.units = (kept + together - 1) / together;
    shape.steps = reduced * shape.parts;
    shape.terms = reduced * inner;
  } else {
    shape.parts = (inner + strip - 1) / strip;
    shape.outputs = kept * inner;
    shape.units = kept * shape.parts;
    shape.steps = shape.terms = reduced;
  }
  return shape;
}

/// Outputs of a unit.
INLINE span outputs_of(const reduction_shape *shape, int64_t unit) {
  if (shape->axes.inner_is_reduced) {
    const int64_t first = unit * shape->together, end = first + shape->together;
    return (span){first, end < shape->outputs ? end : shape->outputs};
  }
  const int64_t inner = shape->axes.inner, begin = unit % shape->parts * shape->strip;
  const int64_t end = begin + shape->strip < inner ? begin + shape->strip : inner;
  return (span){unit / shape->parts * inner + begin, unit / shape->parts * inner + end};
}

/// One output of runs.
INLINE vec reduce_pieces(const reduction_shape *shape, const reduction_term term, const float *x, span steps,
                         vec shift) {
  cascade c = empty_cascade(term);
  for (int64_t step = steps.first; step < steps.end; step++) {
    const int64_t run = shape->parts == 1 ? step : step / shape->parts;
    const int64_t begin = (step - run * shape->parts) * RUN_PIECE, left = shape->axes.inner - begin;
    reduce_run(term, x + place_of(&shape->axes.reduced, run) + begin, left < RUN_PIECE ? left : RUN_PIECE, shift, &c);
  }
  return end_of_cascade(term, &c);
}

/// Reduces `steps` of a unit's outputs to `to`. `shift` has a value for each of them, or is NULL.
INLINE void reduce_unit_by(const reduction_shape *shape, const reduction_term term, const float *x, int64_t unit,
                           span steps, const float *shift, float *to) {
  const span outputs = outputs_of(shape, unit);
  const int32_t count = (int32_t)(outputs.end - outputs.first);
  if (shape->axes.inner_is_reduced) {
    vec sums[LANES];
    for (int32_t i = 0; i < LANES; i++)
      sums[i] = i >= count ? v_zero()
                           : reduce_pieces(shape, term, x + place_of(&shape->axes.kept, outputs.first + i), steps,
                                           v_set(shift ? shift[i] : 0));
    v_store_masked(to, v_first(count), joined_lanes(term, sums));
  } else {
    const int64_t inner = shape->axes.inner;
    const float *const strip = x + place_of(&shape->axes.kept, outputs.first / inner) + outputs.first % inner;
    reduce_rows(term, strip, &shape->axes.reduced, steps, shift, to, count);
  }
}

typedef void reduce_unit_function(const reduction_shape *shape, const float *x, int64_t unit, span steps,
                                  const float *shift, float *to);

// REDUCTION_TERMS(F): F(term), in order.
#define REDUCTION_TERMS(F)                                                                                      \
  F(TERM_VALUE) F(TERM_MAGNITUDE) F(TERM_SQUARE) F(TERM_DIFFERENCE_SQUARE) F(TERM_EXPONENTIAL) F(TERM_FACTOR) \
  F(TERM_SMALLEST) F(TERM_LARGEST)
#define REDUCE_UNIT(term)                                                                                             \
  static void reduce_unit_##term(const reduction_shape *shape, const float *x, int64_t unit, span steps,              \
                                 const float *shift, float *to) {                                                     \
    reduce_unit_by(shape, term, x, unit, steps, shift, to);                                                           \
  }
#define REDUCE_UNIT_ENTRY(term) [term] = reduce_unit_##term,
REDUCTION_TERMS(REDUCE_UNIT)
static reduce_unit_function *const reduce_unit[] = {REDUCTION_TERMS(REDUCE_UNIT_ENTRY)};
