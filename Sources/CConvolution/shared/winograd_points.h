// The points at which Winograd's transforms evaluate polynomials, and the coefficients that follow from them.
//
// F(m, r), m outputs of r taps, takes m + r - 1 points: 0, pairs +p and -p, and infinity (Toom and Cook's method in the
// form of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015). With M(x) = x (x^2 - p^2)
// (x^2 - q^2) ... samples d are taken to the coefficients of M(x) / (x - point), times d; to those of M(x) at infinity.
// Their leading coefficient is 1: what they are short of is in the weights, which are transformed in float64.
#pragma once

#include "convolution.h"

enum { MOST_POINTS = 8, MOST_PAIRS = (MOST_POINTS - 2) / 2 };

INLINE int pair_count(const int points) { return (points - 2) / 2; }

/// The positive point of a pair. Few bits, so that the coefficients are exact; chosen for small errors.
INLINE double pair_point(const int points, const int pair) {
  static const double pairs[][MOST_PAIRS] = {{1}, {0.6875, 1.5}, {0.5, 1, 2}};
  return pairs[pair_count(points) - 1][pair];
}

/// The coefficient of x^(2 power) in the product of x^2 - p^2 over all pairs but `left_out`, which may be none (-1).
INLINE double pair_coefficient(const int points, const int left_out, const int power) {
  double product[MOST_PAIRS + 1] = {1};
  EACH(pair, pair_count(points)) {
    if (pair == left_out) continue;
    const double square = pair_point(points, pair) * pair_point(points, pair);
    UNROLL for (int k = MOST_PAIRS; k >= 0; k--) product[k] = (k > 0 ? product[k - 1] : 0) - square * product[k];
  }
  return product[power];
}

INLINE float sample_coefficient(const int points, const int left_out, const int power) {
  return (float)pair_coefficient(points, left_out, power);
}

/// point^power
INLINE float point_power(const int points, const int pair, const int power) {
  double value = 1;
  EACH(k, power) value *= pair_point(points, pair);
  return (float)value;
}

/// What tap `tap` of `taps` contributes to the transformed weight of a point.
INLINE double weight_coefficient(const int points, const int point, const int tap, const int taps) {
  if (points == 1) return 1;
  if (point == points - 1) return tap == taps - 1;
  if (point == 0) return tap == 0 ? 1 / pair_coefficient(points, -1, 0) : 0;
  const int pair = (point - 1) / 2;
  const double p = pair_point(points, pair), square = p * p;
  // M'(p) = 2 p^2 times the product of p^2 - q^2 over the other pairs; M' is even.
  double derivative = 2 * square;
  for (int other = 0; other < pair_count(points); other++) {
    const double q = pair_point(points, other);
    if (other != pair) derivative *= square - q * q;
  }
  double power = 1;
  for (int k = 0; k < tap; k++) power *= point % 2 == 1 ? p : -p;
  return power / derivative;
}
