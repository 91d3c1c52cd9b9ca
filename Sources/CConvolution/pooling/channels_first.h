// Channels-first: a vector runs along the width.
#pragma once

#include "combine.h"
#include "lanes_apart.h"
#include "window.h"

/// The windows of a row of outputs.
typedef struct {
  int32_t taps[2];       ///< inside, along depth and height
  ptrdiff_t step[2];     ///< from one of them to the next
  const float *x;        ///< the first of them, column 0
  float *y;              ///< column 0
  float counted;         ///< taps along depth and height that a mean is divided by
} window_row;

/// Of `lanes` outputs that follow each other, those whose tap lies at the positions begin..<end; the first one's is at
/// `position`.
INLINE uint32_t lanes_within(const int stride, const conv_axis *width, int64_t position, int32_t lanes, int64_t begin,
                             int64_t end) {
  const int64_t apart = stride == 0 ? width->stride : stride;
  const int32_t before = position >= begin ? 0 : clamped((begin - position + apart - 1) / apart, 0, lanes);
  const int32_t upto = position >= end ? before : clamped((end - position + apart - 1) / apart, before, lanes);
  return first_lanes(upto) & ~first_lanes(before);
}

/// Joins the taps of one column of the windows. The lanes outside `some` come to nothing.
INLINE vec join_column(const conv_pool_kind kind, const int32_t power, const int stride, const window_row *row,
                       ptrdiff_t position, const lanes_apart *apart, const bool whole, uint32_t some) {
  vec column = joined_none(kind);
  TAPS(d, row->taps[0]) {
    const float *tap = row->x + position + d * row->step[0];
    TAPS(h, row->taps[1]) {
      const vec sample = whole ? load_apart(stride, tap, apart) : load_some_apart(stride, tap, apart, some);
      column = joined(kind, column, taken(kind, power, sample));
      tap += row->step[1];
    }
  }
  return whole ? column : v_select(v_mask(some), column, joined_none(kind));
}

/// `lanes` outputs of a row; with `inside` a vector of them whose taps all lie inside.
INLINE void pool_lanes(const conv_pool *pool, const conv_pool_kind kind, const int32_t power, const int stride,
                       const bool inside, const window_row *row, const lanes_apart *apart, int32_t output,
                       int32_t lanes) {
  const conv_axis *width = &pool->axis[2];
  const uint32_t every = first_lanes(LANES);
  vec all = joined_none(kind), counted = v_set(inside ? (float)width->kernel : 0);
  int64_t position = window_begin(width, output);
  TAPS(w, width->kernel) {
    const uint32_t some = inside ? every : lanes_within(stride, width, position, lanes, 0, width->input);
    all = joined(kind, all, some == every ? join_column(kind, power, stride, row, position, apart, true, some)
                                          : join_column(kind, power, stride, row, position, apart, false, some));
    if (!inside && kind == CONV_POOL_AVERAGE) {
      const uint32_t count =
          lanes_within(stride, width, position, lanes, pool->counted_begin[2], pool->counted_end[2]);
      counted = v_add(counted, v_select(v_mask(count), v_set(1), v_zero()));
    }
    position += width->dilation;
  }
  all = pooled(kind, power, all, v_mul(counted, v_set(row->counted)));
  if (inside)
    v_store(row->y + output, all);
  else
    v_store_masked(row->y + output, v_mask(first_lanes(lanes)), all);
}

/// The outputs first..<end. The last vector of several reaches back.
INLINE void pool_row(const conv_pool *pool, const conv_pool_kind kind, const int32_t power, const int stride,
                     const window_row *row, const lanes_apart *apart, int32_t first, int32_t end) {
  const conv_axis *width = &pool->axis[2];
  const int32_t lanes = least_of(end - first, LANES);
  for (int32_t next = first; next < end; next += LANES) {
    const int32_t output = least_of(next, end - lanes);
    if (lanes == LANES && output >= width->inside_begin && output + LANES <= width->inside_end)
      pool_lanes(pool, kind, power, stride, true, row, apart, output, LANES);
    else
      pool_lanes(pool, kind, power, stride, false, row, apart, output, lanes);
  }
}

INLINE void pool_channels_first(const conv_pool *pool, const conv_pool_kind kind, const int32_t power,
                                const conv_pool_operands *image, const conv_task *task) {
  const ptrdiff_t *from = pool->x.axis, *to = pool->y.axis;
  const lanes_apart apart = lanes_apart_of(pool->axis[2].stride);
  const int32_t first = task->first[2], end = task->end[2];
  window_row row = {.step = {tap_step(pool, 0), tap_step(pool, 1)}, .counted = 1};
  for (int32_t c = task->first_panel; c < task->end_panel; c++)
    for (int32_t d = task->first[0]; d < task->end[0]; d++) {
      const axis_window depth = window_of(&pool->axis[0], d);
      for (int32_t h = task->first[1]; h < task->end[1]; h++) {
        const axis_window height = window_of(&pool->axis[1], h);
        row.taps[0] = depth.taps;
        row.taps[1] = height.taps;
        row.x = image->x + c * pool->x.channel + depth.first * from[0] + height.first * from[1];
        row.y = image->y + c * pool->y.channel + d * to[0] + h * to[1];
        if (kind == CONV_POOL_AVERAGE) row.counted = counted_taps(pool, 0, d) * counted_taps(pool, 1, h);
        switch (pool->axis[2].stride) {
          case 1: pool_row(pool, kind, power, 1, &row, &apart, first, end); break;
          case 2: pool_row(pool, kind, power, 2, &row, &apart, first, end); break;
          default: pool_row(pool, kind, power, 0, &row, &apart, first, end);
        }
      }
    }
}
