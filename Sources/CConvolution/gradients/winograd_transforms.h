// Winograd's transforms of a tile, a vector of channels at a time: gradients to the points, sums to the taps.
#pragma once

#include "../shared/winograd_lines.h"
#include "winograd.h"

/// The samples of a tile from its first one on, or its gradients.
typedef struct {
  const float *first;
  grid at;
} tile_grid;

/// The values at the points of a line of gradients, which are the coefficients of a polynomial; what the sums are short of
/// is in tap_scale.
INLINE void line_at_points(const vec d[TILE_OUTPUTS], vec u[TILE_POINTS]) {
  u[0] = d[0];
  u[TILE_POINTS - 1] = d[TILE_OUTPUTS - 1];
  EACH(pair, TILE_POINTS / 2 - 1) {
    const float p = point_power(TILE_POINTS, pair, 1), square = point_power(TILE_POINTS, pair, 2);
    const vec even = v_fma(v_set(square), d[2], d[0]), odd = v_fma(v_set(square), d[3], d[1]);
    u[1 + 2 * pair] = v_fma(v_set(p), odd, even);
    u[2 + 2 * pair] = v_fma(v_set(-p), odd, even);
  }
}

/// Takes the 4x4 gradients of a tile to the points.
INLINE void gradients_to_points(tile_grid from, vmask mask, float *to, ptrdiff_t point) {
  vec columns[TILE_OUTPUTS][TILE_POINTS];
  EACH(j, TILE_OUTPUTS) {
    vec d[TILE_OUTPUTS];
    EACH(i, TILE_OUTPUTS) d[i] = v_load_masked(from.first + i * from.at.row + j * from.at.column, mask);
    line_at_points(d, columns[j]);
  }
  EACH(i, TILE_POINTS) {
    vec d[TILE_OUTPUTS], u[TILE_POINTS];
    EACH(j, TILE_OUTPUTS) d[j] = columns[j][i];
    line_at_points(d, u);
    EACH(j, TILE_POINTS) v_store(to + (i * TILE_POINTS + j) * point, u[j]);
  }
}

/// What the sums of a point are short of, along one axis.
INLINE double tap_scale(int point) {
  return point == TILE_POINTS - 1 ? 1 : weight_coefficient(TILE_POINTS, point, 0, TILE_OUTPUTS);
}

/// Takes the sums of a vector of channels, which are `point` apart, to 3x3 taps.
INLINE void points_to_taps(const float *from, ptrdiff_t point, vec taps[TAPS]) {
  vec rows[TILE_TAPS][MOST_POINTS];
  EACH(j, TILE_POINTS) {
    vec m[MOST_POINTS], y[MOST_POINTS];
    EACH(i, TILE_POINTS)
      m[i] = v_mul(v_set((float)(tap_scale(i) * tap_scale(j))), v_load(from + (i * TILE_POINTS + j) * point));
    from_points(TILE_POINTS, TILE_TAPS, m, y);
    EACH(i, TILE_TAPS) rows[i][j] = y[i];
  }
  EACH(i, TILE_TAPS) {
    vec y[MOST_POINTS];
    from_points(TILE_POINTS, TILE_TAPS, rows[i], y);
    EACH(j, TILE_TAPS) taps[i * TILE_TAPS + j] = y[j];
  }
}
