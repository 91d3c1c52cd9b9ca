// Winograd's transforms along one axis, a vector of channels at a time.
#pragma once

#include "../store.h"
#include "points.h"

/// Samples d[0] ... d[points - 1] to the points: 0, +p, -p for each pair, infinity.
INLINE void to_points(const int points, const vec d[MOST_POINTS], vec u[MOST_POINTS]) {
  if (points == 1) {
    u[0] = d[0];
    return;
  }
  const int pairs = pair_count(points);
  u[0] = d[2 * pairs];
  u[points - 1] = d[2 * pairs + 1];
  UNROLL for (int k = pairs - 1; k >= 0; k--) {
    const vec c = v_set(sample_coefficient(points, -1, k));
    u[0] = v_fma(c, d[2 * k], u[0]);
    u[points - 1] = v_fma(c, d[2 * k + 1], u[points - 1]);
  }
  UNROLL for (int pair = 0; pair < pairs; pair++) {
    vec even = d[2 * pairs], odd = d[2 * pairs - 1];
    UNROLL for (int k = pairs - 2; k >= 0; k--) {
      const vec c = v_set(sample_coefficient(points, pair, k));
      even = v_fma(c, d[2 * k + 2], even);
      odd = v_fma(c, d[2 * k + 1], odd);
    }
    const float p = point_power(points, pair, 1);
    u[1 + 2 * pair] = v_fma(v_set(p), odd, even);
    u[2 + 2 * pair] = v_fma(v_set(-p), odd, even);
  }
}

/// Products at the points to `outputs` outputs.
INLINE void from_points(const int points, const int outputs, const vec m[MOST_POINTS], vec y[MOST_POINTS]) {
  if (points == 1) {
    y[0] = m[0];
    return;
  }
  const int pairs = pair_count(points);
  vec sum[MOST_PAIRS], difference[MOST_PAIRS];
  UNROLL for (int pair = 0; pair < pairs; pair++) {
    sum[pair] = v_add(m[1 + 2 * pair], m[2 + 2 * pair]);
    difference[pair] = v_sub(m[1 + 2 * pair], m[2 + 2 * pair]);
  }
  y[0] = m[0];
  UNROLL for (int pair = 0; pair < pairs; pair++) y[0] = v_add(y[0], sum[pair]);
  UNROLL for (int i = 1; i < outputs; i++) {
    const vec *part = i % 2 == 0 ? sum : difference;
    y[i] = v_mul(v_set(point_power(points, 0, i)), part[0]);
    UNROLL for (int pair = 1; pair < pairs; pair++)
        y[i] = v_fma(v_set(point_power(points, pair, i)), part[pair], y[i]);
  }
  y[outputs - 1] = v_add(y[outputs - 1], m[points - 1]);
}

/// Where the vectors of a grid lie: from one step along the transformed axis to the next, from line to line.
typedef struct {
  ptrdiff_t step, line;
} grid;

/// Transforms `lines` lines of samples.
typedef void input_pass(const float *from, grid at, float *to, grid to_at, int32_t lines);

INLINE void input_lines(const int points, const float *from, grid at, float *to, grid to_at, int32_t lines) {
  for (int32_t l = 0; l < lines; l++, from += at.line, to += to_at.line) {
    vec d[MOST_POINTS], u[MOST_POINTS];
    UNROLL for (int i = 0; i < points; i++) d[i] = v_load(from + i * at.step);
    to_points(points, d, u);
    UNROLL for (int i = 0; i < points; i++) v_store(to + i * to_at.step, u[i]);
  }
}

/// Transforms `lines` lines of products to outputs.
typedef void output_pass(const float *from, grid at, float *to, grid to_at, int32_t lines);

/// What becomes of an output before it is stored.
typedef struct {
  vec bias;
  bool is_bounded, all;
  vmask mask;  ///< of the channels that are stored, where not all are
  output_bounds bounds;
} finish;

/// Transforms `lines` lines to outputs, of which those before `begin` and from `end` on are not wanted.
typedef void finish_pass(const float *from, grid at, float *to, grid to_at, int32_t lines, int32_t begin, int32_t end,
                         const finish *finish, const float *residual);

INLINE void output_lines(const int points, const int outputs, const float *from, grid at, float *to, grid to_at,
                         int32_t lines) {
  for (int32_t l = 0; l < lines; l++, from += at.line, to += to_at.line) {
    vec m[MOST_POINTS], y[MOST_POINTS];
    UNROLL for (int i = 0; i < points; i++) m[i] = v_load(from + i * at.step);
    from_points(points, outputs, m, y);
    UNROLL for (int i = 0; i < outputs; i++) v_store(to + i * to_at.step, y[i]);
  }
}

INLINE void finish_lines(const int points, const int outputs, const float *from, grid at, float *to, grid to_at,
                         int32_t lines, int32_t begin, int32_t end, const finish *f, const float *residual) {
  const finish finish = *f;
  const bool whole = begin == 0 && end == outputs;
  for (int32_t l = 0; l < lines; l++, from += at.line) {
    vec m[MOST_POINTS], y[MOST_POINTS];
    UNROLL for (int i = 0; i < points; i++) m[i] = v_load(from + i * at.step);
    from_points(points, outputs, m, y);
    UNROLL for (int i = 0; i < outputs; i++) y[i] = v_add(y[i], finish.bias);
    float *place = to + l * to_at.line;
    if (whole && finish.all && !residual) {
      if (finish.is_bounded) UNROLL for (int i = 0; i < outputs; i++) y[i] = bounded(finish.bounds, y[i]);
      UNROLL for (int i = 0; i < outputs; i++) v_store(place + i * to_at.step, y[i]);
      continue;
    }
    const vmask mask = finish.mask;
    UNROLL for (int i = 0; i < outputs; i++) {
      if (i < begin || i >= end) continue;
      if (residual) y[i] = v_add(y[i], v_load_masked(residual + l * to_at.line + i * to_at.step, mask, v_zero()));
      if (finish.is_bounded) y[i] = bounded(finish.bounds, y[i]);
      v_store_masked(place + i * to_at.step, mask, y[i]);
    }
  }
}

#define INPUT_PASS(points) \
  static void input_pass_##points(const float *from, grid at, float *to, grid to_at, int32_t lines) { \
    input_lines(points, from, at, to, to_at, lines); \
  }
INPUT_PASS(1) INPUT_PASS(4) INPUT_PASS(6) INPUT_PASS(8)

INLINE input_pass *input_pass_of(int32_t points) {
  return points == 1 ? input_pass_1 : points == 4 ? input_pass_4 : points == 6 ? input_pass_6 : input_pass_8;
}

// Points and outputs that go together for 2 to 5 taps, and for an axis that is not transformed.
#define FORMS(F) F(1, 1) F(4, 2) F(4, 3) F(6, 2) F(6, 3) F(6, 4) F(6, 5) F(8, 4) F(8, 5) F(8, 6) F(8, 7)

#define OUTPUT_PASSES(points, outputs) \
  static void output_pass_##points##_##outputs(const float *from, grid at, float *to, grid to_at, int32_t lines) { \
    output_lines(points, outputs, from, at, to, to_at, lines); \
  } \
  static void finish_pass_##points##_##outputs(const float *from, grid at, float *to, grid to_at, int32_t lines, \
                                               int32_t begin, int32_t end, const finish *f, const float *residual) { \
    finish_lines(points, outputs, from, at, to, to_at, lines, begin, end, f, residual); \
  }
FORMS(OUTPUT_PASSES)

INLINE output_pass *output_pass_of(int32_t points, int32_t outputs) {
#define CHOOSE(p, o) if (points == p && outputs == o) return output_pass_##p##_##o;
  FORMS(CHOOSE)
#undef CHOOSE
  return NULL;
}

INLINE finish_pass *finish_pass_of(int32_t points, int32_t outputs) {
#define CHOOSE(p, o) if (points == p && outputs == o) return finish_pass_##p##_##o;
  FORMS(CHOOSE)
#undef CHOOSE
  return NULL;
}
