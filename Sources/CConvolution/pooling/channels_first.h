// Channels-first: a vector runs along the width. Of a band of rows of outputs, the rows of samples that each one meets are
// staged as one, column by column; then the columns of its windows are joined.
#pragma once

#include "lanes_apart.h"
#include "staged_row.h"

/// 16 KB of staged columns, at most half of them of one row, stay in the first-level cache.
enum { STAGED = 4096, MOST_COLUMNS = STAGED / 2, MOST_ROWS = 16 };

/// A rectangle of outputs: some of each of some rows.
typedef struct {
  int32_t rows, first, count;
  tap_rows x[MOST_ROWS];
  float *y[MOST_ROWS];         ///< the first output of each
  float counted[MOST_ROWS];    ///< taps along depth and height that means of a row are divided by
  float *counted_widths;       ///< likewise along the width, output by output
} pool_band;

/// How rows are cut: outputs of a band, whole vectors if there are as many, and taps of the width that are staged at a
/// time: nearly always all.
typedef struct {
  int32_t outputs, taps;
} row_cut;

INLINE row_cut row_cut_of(const conv_axis *width) {
  const int64_t room = MOST_COLUMNS - 1, reach = tap_span(width) - 1;
  const int64_t outputs = (room - (reach < room / 2 ? reach : room / 2)) / width->stride + 1;
  row_cut cut = {(int32_t)(outputs < LANES ? outputs : outputs / LANES * LANES), 0};
  cut.taps = clamped((room - (int64_t)(cut.outputs - 1) * width->stride) / width->dilation + 1, 1, width->kernel);
  return cut;
}

/// The columns that the taps begin..<end of a band's windows read. Lanes without an output read some too, where they are
/// not gathered.
INLINE staged_columns columns_of(const conv_axis *width, const pool_band *band, int32_t begin, int32_t end) {
  const int32_t lanes = width->stride > 2 ? band->count : parts_of(band->count, LANES) * LANES;
  const int32_t reach = (end - begin - 1) * width->dilation + 1;
  staged_columns columns = {.origin = window_begin(width, band->first) + (int64_t)begin * width->dilation};
  columns.columns = (lanes - 1) * width->stride + reach;
  const int32_t read = (band->count - 1) * width->stride + reach;
  columns.first = clamped(width->held_begin - columns.origin, 0, read);
  columns.end = clamped(width->held_end - columns.origin, columns.first, read);
  return columns;
}

/// Joins the columns of the taps begin..<end of a row's windows to what y holds of those before; with the last tap the
/// windows are finished. `stride` is the width's where it is 1 or 2, and otherwise 0.
INLINE void join_windows(const conv_pool *pool, const conv_pool_kind kind, const int32_t power, const int stride,
                         const lanes_apart *apart, const pool_band *band, int32_t row, const float *staged,
                         int32_t begin, int32_t end) {
  const conv_axis *width = &pool->axis[2];
  float *y = band->y[row];
  for (int32_t o = 0; o < band->count; o += LANES) {
    const int32_t lanes = least_of(band->count - o, LANES);
    const float *column = staged + (ptrdiff_t)o * width->stride;
    vec all = begin == 0 ? joined_none(kind) : v_load_masked(y + o, v_first(lanes));
    for (int32_t tap = begin; tap < end; tap++, column += width->dilation)
      all = joined(kind, all, stride == 0 ? load_some_apart(0, column, apart, first_lanes(lanes))
                                          : load_apart(stride, column, apart));
    if (end == width->kernel) {
      const vec counted = kind == CONV_POOL_AVERAGE
                              ? v_mul(v_set(band->counted[row]), v_load(band->counted_widths + o))
                              : v_zero();
      all = pooled(kind, power, all, counted);
    }
    if (lanes == LANES)
      v_store(y + o, all);
    else
      v_store_masked(y + o, v_first(lanes), all);
  }
}

INLINE void pool_band_rows(const conv_pool *pool, const conv_pool_kind kind, const int32_t power,
                           const lanes_apart *apart, pool_band *band, int32_t taps) {
  const conv_axis *width = &pool->axis[2];
  float staged[STAGED + LANES];
  for (int32_t begin = 0, end; begin < width->kernel; begin = end) {
    end = least_of(begin + taps, width->kernel);
    const staged_columns columns = columns_of(width, band, begin, end);
    for (int32_t r = 0; r < band->rows; r++)
      stage_row(kind, power, &band->x[r], &columns, staged + r * columns.columns);
    for (int32_t r = 0; r < band->rows; r++) {
      const float *row = staged + r * columns.columns;
      switch (width->stride) {
        case 1: join_windows(pool, kind, power, 1, apart, band, r, row, begin, end); break;
        case 2: join_windows(pool, kind, power, 2, apart, band, r, row, begin, end); break;
        default: join_windows(pool, kind, power, 0, apart, band, r, row, begin, end);
      }
    }
  }
  band->rows = 0;
}

INLINE void add_row(const conv_pool *pool, const conv_pool_kind kind, const conv_pool_operands *image, int32_t channel,
                    int32_t d, int32_t h, pool_band *band) {
  const axis_window depth = window_of(&pool->axis[0], d), height = window_of(&pool->axis[1], h);
  const ptrdiff_t *from = pool->x.axis, *to = pool->y.axis;
  band->x[band->rows] = (tap_rows){
      .taps = {depth.taps, height.taps},
      .step = {tap_step(pool, 0), tap_step(pool, 1)},
      .x = image->x + channel * pool->x.channel + depth.first * from[0] + height.first * from[1],
  };
  band->y[band->rows] = image->y + channel * pool->y.channel + d * to[0] + h * to[1] + band->first;
  if (kind == CONV_POOL_AVERAGE) band->counted[band->rows] = counted_taps(pool, 0, d) * counted_taps(pool, 1, h);
  band->rows++;
}

INLINE void pool_channels_first(const conv_pool *pool, const conv_pool_kind kind, const int32_t power,
                                const conv_pool_operands *image, const conv_task *task) {
  const row_cut cut = row_cut_of(&pool->axis[2]);
  const lanes_apart apart = lanes_apart_of(pool->axis[2].stride);
  float counted_widths[MOST_COLUMNS + LANES];
  pool_band band = {.counted_widths = counted_widths};
  for (band.first = task->first[2]; band.first < task->end[2]; band.first += band.count) {
    band.count = least_of(cut.outputs, task->end[2] - band.first);
    if (kind == CONV_POOL_AVERAGE)
      for (int32_t o = 0; o < band.count; o++) counted_widths[o] = counted_taps(pool, 2, band.first + o);
    const int32_t rows = clamped(STAGED / columns_of(&pool->axis[2], &band, 0, cut.taps).columns, 1, MOST_ROWS);
    // A band may go on with the next depth and the next channel.
    for (int32_t c = task->first_panel; c < task->end_panel; c++)
      for (int32_t d = task->first[0]; d < task->end[0]; d++)
        for (int32_t h = task->first[1]; h < task->end[1]; h++) {
          add_row(pool, kind, image, c, d, h, &band);
          if (band.rows == rows) pool_band_rows(pool, kind, power, &apart, &band, cut.taps);
        }
    if (band.rows > 0) pool_band_rows(pool, kind, power, &apart, &band, cut.taps);
  }
}
