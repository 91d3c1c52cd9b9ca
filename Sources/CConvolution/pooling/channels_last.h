// Channels-last: a vector runs over channels; some vectors of a pixel are computed together.
#pragma once

#include "combine.h"
#include "places.h"

enum { TOGETHER = 4 };

/// A pixel of the output.
typedef struct {
  axis_window window[3];
  const float *x;        ///< the first tap inside, channel 0
  float *y;              ///< likewise
  int64_t *indices;
  int64_t first_index;   ///< of the image's first sample
  float counted;
} pool_pixel;

/// `vectors` whole ones from `channel` on, or with `lanes` below LANES a part of one.
INLINE void pool_vectors(const conv_pool *pool, const conv_pool_kind kind, const int32_t power, const bool indexed,
                         const pool_pixel *pixel, int32_t channel, const int vectors, const bool whole, int lanes) {
  const ptrdiff_t step[3] = {tap_step(pool, 0), tap_step(pool, 1), tap_step(pool, 2)};
  const float *x = pixel->x + channel;
  const int32_t first = first_place(pool, pixel->window);
  vec all[TOGETHER], place[TOGETHER];
  EACH(v, vectors) {
    all[v] = joined_none(kind);
    place[v] = set_place(first);
  }
  TAPS(d, pixel->window[0].taps)
    TAPS(h, pixel->window[1].taps)
      TAPS(w, pixel->window[2].taps) {
        const float *tap = x + d * step[0] + h * step[1] + w * step[2];
        EACH(v, vectors) {
          const vec sample = whole ? v_load(tap + v * LANES) : v_load_masked(tap, v_first(lanes));
          if (indexed) {
            const int32_t here = first + d * place_step(pool, 0) + h * place_step(pool, 1) + w * place_step(pool, 2);
            place[v] = place_of_larger(all[v], place[v], sample, set_place(here));
          }
          all[v] = joined(kind, all[v], taken(kind, power, sample));
        }
      }
  EACH(v, vectors) {
    const int32_t c = channel + v * LANES;
    const vec result = pooled(kind, power, all[v], v_set(pixel->counted));
    if (whole)
      v_store(pixel->y + c, result);
    else
      v_store_masked(pixel->y + c, v_first(lanes), result);
    if (indexed) {
      const int64_t plane = plane_samples(pool);
      store_indices(pixel->indices + c, place[v], pixel->first_index + c * plane, plane, lanes);
    }
  }
}

INLINE void pool_pixel_channels(const conv_pool *pool, const conv_pool_kind kind, const int32_t power,
                                const bool indexed, const pool_pixel *pixel, int32_t channel, int32_t end) {
  for (; channel + TOGETHER * LANES <= end; channel += TOGETHER * LANES)
    pool_vectors(pool, kind, power, indexed, pixel, channel, TOGETHER, true, LANES);
  for (; channel + LANES <= end; channel += LANES)
    pool_vectors(pool, kind, power, indexed, pixel, channel, 1, true, LANES);
  if (channel < end) pool_vectors(pool, kind, power, indexed, pixel, channel, 1, false, end - channel);
}

INLINE void pool_channels_last(const conv_pool *pool, const conv_pool_kind kind, const int32_t power,
                               const bool indexed, const conv_pool_operands *image, int64_t first_index,
                               const conv_task *task) {
  pool_pixel pixel = {.first_index = first_index};
  const ptrdiff_t *from = pool->x.axis, *to = pool->y.axis;
  for (int32_t d = task->first[0]; d < task->end[0]; d++) {
    pixel.window[0] = window_of(&pool->axis[0], d);
    for (int32_t h = task->first[1]; h < task->end[1]; h++) {
      pixel.window[1] = window_of(&pool->axis[1], h);
      const float *row = image->x + pixel.window[0].first * from[0] + pixel.window[1].first * from[1];
      const float counted = kind == CONV_POOL_AVERAGE ? counted_taps(pool, 0, d) * counted_taps(pool, 1, h) : 0;
      for (int32_t w = task->first[2]; w < task->end[2]; w++) {
        pixel.window[2] = window_of(&pool->axis[2], w);
        pixel.x = row + pixel.window[2].first * from[2];
        const ptrdiff_t output = d * to[0] + h * to[1] + w * to[2];
        pixel.y = image->y + output;
        if (indexed) pixel.indices = image->indices + output;
        if (kind == CONV_POOL_AVERAGE) pixel.counted = counted * counted_taps(pool, 2, w);
        pool_pixel_channels(pool, kind, power, indexed, &pixel, task->first_panel, task->end_panel);
      }
    }
  }
}
