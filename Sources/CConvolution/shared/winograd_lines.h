// Winograd's transforms of one line of a tile, and of the samples of a whole one, a vector of channels at a time.
#pragma once

#include "winograd_points.h"

/// The points of a group: 0 and infinity, or a pair.
INLINE int lower_point(const int group) { return group == 0 ? 0 : 2 * group - 1; }
INLINE int upper_point(const int points, const int group) { return group == 0 ? points - 1 : 2 * group; }

/// Takes samples d[0] ... d[points - 1] to the two points of a group.
INLINE void to_group(const int points, const int group, const vec d[MOST_POINTS], vec *lower, vec *upper) {
  const int pairs = pair_count(points), pair = group - 1;
  // Even and odd powers apart; the leading coefficient is 1.
  const int terms = group == 0 ? pairs : pairs - 1, even_begin = group == 0 ? 0 : 2, odd_begin = 1;
  vec even = d[even_begin + 2 * terms], odd = d[odd_begin + 2 * terms];
  UNROLL for (int k = terms - 1; k >= 0; k--) {
    const vec c = v_set(sample_coefficient(points, pair, k));
    even = v_fma(c, d[even_begin + 2 * k], even);
    odd = v_fma(c, d[odd_begin + 2 * k], odd);
  }
  if (group == 0) {
    *lower = even;
    *upper = odd;
  } else {
    const float p = point_power(points, pair, 1);
    *lower = v_fma(v_set(p), odd, even);
    *upper = v_fma(v_set(-p), odd, even);
  }
}

INLINE void to_points(const int points, const vec d[MOST_POINTS], vec u[MOST_POINTS]) {
  EACH(group, pair_count(points) + 1)
    to_group(points, group, d, &u[lower_point(group)], &u[upper_point(points, group)]);
}

/// Takes products m[0] ... m[points - 1] to the outputs 0, 2, ... or 1, 3, ...
INLINE void from_points_by_parity(const int points, const int outputs, const int parity, const vec m[MOST_POINTS],
                                  vec y[MOST_POINTS]) {
  const int pairs = pair_count(points);
  vec part[MOST_PAIRS];
  EACH(pair, pairs) {
    const vec plus = m[1 + 2 * pair], minus = m[2 + 2 * pair];
    part[pair] = parity == 0 ? v_add(plus, minus) : v_sub(plus, minus);
  }
  UNROLL for (int i = parity; i < outputs; i += 2) {
    y[i] = i == 0 ? v_add(m[0], part[0]) : v_mul(v_set(point_power(points, 0, i)), part[0]);
    UNROLL for (int pair = 1; pair < pairs; pair++)
      y[i] = i == 0 ? v_add(y[i], part[pair]) : v_fma(v_set(point_power(points, pair, i)), part[pair], y[i]);
    if (i == outputs - 1) y[i] = v_add(y[i], m[points - 1]);
  }
}

INLINE void from_points(const int points, const int outputs, const vec m[MOST_POINTS], vec y[MOST_POINTS]) {
  from_points_by_parity(points, outputs, 0, m, y);
  from_points_by_parity(points, outputs, 1, m, y);
}

/// Where the samples of a tile lie: floats from row to row, and from column to column.
typedef struct {
  ptrdiff_t row, column;
} grid;

/// Takes the samples of a tile to the points, which are `position` apart: two points of height at a time, so that all stays
/// in registers.
INLINE void tile_to_points(const int height, const int width, const float *from, grid at, float *to,
                           ptrdiff_t position) {
  EACH(group, pair_count(height) + 1) {
    vec lower[MOST_POINTS], upper[MOST_POINTS], u[MOST_POINTS];
    EACH(j, width) {
      vec d[MOST_POINTS];
      EACH(i, height) d[i] = v_load(from + i * at.row + j * at.column);
      to_group(height, group, d, &lower[j], &upper[j]);
    }
    float *lower_row = to + lower_point(group) * width * position;
    to_points(width, lower, u);
    EACH(j, width) v_store(lower_row + j * position, u[j]);
    float *upper_row = to + upper_point(height, group) * width * position;
    to_points(width, upper, u);
    EACH(j, width) v_store(upper_row + j * position, u[j]);
  }
}
