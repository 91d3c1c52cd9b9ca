// Channels-first, windows that are all of a plane (global pooling): a vector runs along the plane, and the lanes of as many
// channels as it has are joined together.
#pragma once

#include "combine.h"
#include "places.h"

INLINE bool is_whole_plane(const conv_pool *pool) {
  for (int a = 0; a < 3; a++) {
    const conv_axis *axis = &pool->axis[a];
    if (axis->output != 1 || axis->kernel != axis->input || axis->before != 0 || tap_span(axis) != axis->input)
      return false;
  }
  return true;
}

/// Samples joined into the lanes of a vector.
INLINE vec join_samples(const conv_pool_kind kind, const int32_t power, const float *x, int64_t count) {
  enum { SUMS = 4 };
  vec all[SUMS];
  EACH(s, SUMS) all[s] = joined_none(kind);
  int64_t i = 0;
  for (; i + SUMS * LANES <= count; i += SUMS * LANES)
    EACH(s, SUMS) all[s] = joined(kind, all[s], taken(kind, power, v_load(x + i + s * LANES)));
  for (; i < count; i += LANES) {
    const vmask lanes = v_first(count - i < LANES ? (int)(count - i) : LANES);
    const vec next = joined(kind, all[0], taken(kind, power, v_load_masked(x + i, lanes)));
    all[0] = v_select(lanes, next, all[0]);
  }
  return joined(kind, joined(kind, all[0], all[1]), joined(kind, all[2], all[3]));
}

INLINE void pool_whole_planes(const conv_pool *pool, const conv_pool_kind kind, const int32_t power,
                              const conv_pool_operands *image, const conv_task *task) {
  const int64_t samples = plane_samples(pool);
  const vec counted = v_set(kind == CONV_POOL_AVERAGE ? counted_taps(pool, 0, 0) * counted_taps(pool, 1, 0) *
                                                            counted_taps(pool, 2, 0)
                                                      : 0);
  for (int32_t c = task->first_panel; c < task->end_panel; c += LANES) {
    const int32_t channels = least_of(LANES, task->end_panel - c);
    vec all[LANES];
    for (int32_t i = 0; i < LANES; i++)
      all[i] = i < channels ? join_samples(kind, power, image->x + (c + i) * pool->x.channel, samples) : v_zero();
    v_transpose(all);
    // Pairs of lanes, pairs of those, and so on.
    for (int apart = 1; apart < LANES; apart *= 2)
      for (int i = 0; i < LANES; i += 2 * apart) all[i] = joined(kind, all[i], all[i + apart]);
    v_store_masked(image->y + c, v_first(channels), pooled(kind, power, all[0], counted));
  }
}
