// Where a maximum lies: the index of its sample in a plane of the whole input, carried in the bits of a vector of floats.
#pragma once

#include <string.h>

#include "window.h"

INLINE vec set_place(int32_t place) {
  float bits;
  memcpy(&bits, &place, sizeof bits);
  return v_set(bits);
}

/// The place of the larger one; of equal ones the first, of several NaN the last.
INLINE vec place_of_larger(vec a, vec place_of_a, vec b, vec place_of_b) {
  return v_select(v_is_nan(b), place_of_b, v_select(v_less(a, b), place_of_b, place_of_a));
}

INLINE int64_t plane_samples(const conv_pool *pool) {
  return (int64_t)pool->axis[0].input * pool->axis[1].input * pool->axis[2].input;
}

/// From one tap of an axis to the next, in samples of a plane.
INLINE int32_t place_step(const conv_pool *pool, int a) {
  int64_t step = pool->axis[a].kernel > 1 ? pool->axis[a].dilation : 0;
  for (int inner = a + 1; inner < 3; inner++) step *= pool->axis[inner].input;
  return (int32_t)step;
}

/// Of the first tap inside.
INLINE int32_t first_place(const conv_pool *pool, const axis_window window[3]) {
  return (window[0].first * pool->axis[1].input + window[1].first) * pool->axis[2].input + window[2].first;
}

/// Writes the index of every lane: lane i's place from `first` + i * step on.
INLINE void store_indices(int64_t *to, vec places, int64_t first, int64_t step, int count) {
  float bits[LANES];
  int32_t place[LANES];
  v_store(bits, places);
  memcpy(place, bits, sizeof place);
  for (int i = 0; i < count; i++) to[i] = first + i * step + place[i];
}
