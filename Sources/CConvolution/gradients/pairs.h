// Which outputs and taps of an axis read an input: its map the other way round.
#pragma once

#include "../shared/arena.h"
#include "../shared/problem.h"

typedef struct {
  int32_t output, tap;
  bool outside;  ///< whether the tap lies outside the input
} axis_pair;

typedef struct {
  int32_t *begin;    ///< [input + 1]: the pairs of input i are begin[i]..<begin[i + 1]
  bool *is_outside;  ///< [input]: whether one of them is
  axis_pair *pairs;  ///< of an input, in rising order of outputs and then of taps
} axis_pairs;

INLINE axis_pairs take_pairs(arena *a, const conv_axis *axis) {
  axis_pairs pairs = {.begin = TAKE(a, int32_t, axis->input + (int64_t)1)};
  pairs.is_outside = TAKE(a, bool, axis->input);
  pairs.pairs = TAKE(a, axis_pair, (int64_t)axis->output * axis->kernel);
  return pairs;
}

static void find_pairs(axis_pairs *p, const conv_axis *axis) {
  for (int32_t i = 0; i <= axis->input; i++) p->begin[i] = 0;
  for (int32_t i = 0; i < axis->input; i++) p->is_outside[i] = false;
  for (int32_t o = 0; o < axis->output; o++)
    for (int32_t k = 0; k < axis->kernel; k++) {
      const int32_t i = tap_index(taps_of(axis, o), k);
      if (i != CONV_CONSTANT) p->begin[i]++;
    }
  // Where each input's pairs end; every one that is written brings its input's beginning a place down.
  for (int32_t i = 1; i <= axis->input; i++) p->begin[i] += p->begin[i - 1];
  for (int32_t o = axis->output - 1; o >= 0; o--)
    for (int32_t k = axis->kernel - 1; k >= 0; k--) {
      const int32_t i = tap_index(taps_of(axis, o), k);
      if (i == CONV_CONSTANT) continue;
      const int64_t position = (int64_t)o * axis->stride - axis->before + (int64_t)k * axis->dilation;
      const bool outside = position < 0 || position >= axis->input;
      p->pairs[--p->begin[i]] = (axis_pair){o, k, outside};
      p->is_outside[i] |= outside;
    }
}
