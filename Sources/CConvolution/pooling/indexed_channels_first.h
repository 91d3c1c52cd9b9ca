// Channels-first, maxima with their indices: a vector runs along outputs of a row whose taps all lie inside; an output at
// the border is computed alone.
#pragma once

#include "combine.h"
#include "lanes_apart.h"
#include "places.h"

/// `lanes` outputs of a row whose taps inside are those of the first one's `window`, and follow each other.
INLINE void pool_indexed(const conv_pool *pool, const int stride, const float *plane, const axis_window window[3],
                         const lanes_apart *apart, int32_t lanes, float *y, int64_t *indices, int64_t first_index) {
  const ptrdiff_t step[3] = {tap_step(pool, 0), tap_step(pool, 1), tap_step(pool, 2)}, *axis = pool->x.axis;
  const float *first = plane + window[0].first * axis[0] + window[1].first * axis[1] + window[2].first * axis[2];
  vec best = joined_none(CONV_POOL_MAX), place = set_place(0);
  TAPS(d, window[0].taps)
    TAPS(h, window[1].taps)
      TAPS(w, window[2].taps) {
        const vec sample = load_some_apart(stride, first + d * step[0] + h * step[1] + w * step[2], apart,
                                           first_lanes(lanes));
        const int32_t here = d * place_step(pool, 0) + h * place_step(pool, 1) + w * place_step(pool, 2);
        place = place_of_larger(best, place, sample, set_place(here));
        best = larger_of(best, sample);
      }
  v_store_masked(y, v_first(lanes), best);
  store_indices(indices, place, first_index + first_place(pool, window), pool->axis[2].stride, lanes);
}

INLINE void pool_indexed_row(const conv_pool *pool, const int stride, const float *plane, axis_window window[3],
                             const lanes_apart *apart, int32_t first, int32_t end, float *y, int64_t *indices,
                             int64_t first_index) {
  const conv_axis *width = &pool->axis[2];
  for (int32_t lanes; first < end; first += lanes) {
    window[2] = window_of(width, first);
    lanes = is_inside(width, first) ? least_of(LANES, least_of(end, width->inside_end) - first) : 1;
    pool_indexed(pool, stride, plane, window, apart, lanes, y + first, indices + first, first_index);
  }
}

INLINE void pool_indexed_channels_first(const conv_pool *pool, const conv_pool_operands *image, int64_t first_index,
                                        const conv_task *task) {
  const int32_t stride = pool->axis[2].stride;
  const lanes_apart apart = lanes_apart_of(stride);
  axis_window window[3];
  for (int32_t c = task->first_panel; c < task->end_panel; c++) {
    const float *plane = image->x + c * pool->x.channel;
    const int64_t index = first_index + c * plane_samples(pool);
    for (int32_t d = task->first[0]; d < task->end[0]; d++) {
      window[0] = window_of(&pool->axis[0], d);
      for (int32_t h = task->first[1]; h < task->end[1]; h++) {
        window[1] = window_of(&pool->axis[1], h);
        const ptrdiff_t row = c * pool->y.channel + d * pool->y.axis[0] + h * pool->y.axis[1];
        float *y = image->y + row;
        int64_t *indices = image->indices + row;
        const int32_t first = task->first[2], end = task->end[2];
        switch (stride) {
          case 1: pool_indexed_row(pool, 1, plane, window, &apart, first, end, y, indices, index); break;
          case 2: pool_indexed_row(pool, 2, plane, window, &apart, first, end, y, indices, index); break;
          default: pool_indexed_row(pool, 0, plane, window, &apart, first, end, y, indices, index);
        }
      }
    }
  }
}
