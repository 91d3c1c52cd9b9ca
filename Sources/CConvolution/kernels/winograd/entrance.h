// Samples enter here: those of a stretch, border taps looked up, are taken to the points.
#pragma once

#include "../../shared/transpose.h"
#include "stretch.h"

/// Where a stretch's samples come from and go to, for one plane of the input and one group.
typedef struct {
  const conv_problem *problem;
  const tile_axis *height, *width;
  const float *x;            ///< of the group's first channel
  int32_t plane;             ///< of the input, CONV_CONSTANT or UNREAD
  input_transform *transform;
  float *patch;              ///< [sample of height][sample of width][channel]
  float *points;             ///< of the first tile
  ptrdiff_t position, tile;  ///< from one position or tile to the next there
} entrance;

/// The channels first..<first + count of a group. Where they fill several vectors, they fill them.
typedef struct {
  int32_t first, count, vectors;
} channel_range;

/// What is read where one of the indices is not one of the input: the last axis says what, as numpy.pad does.
INLINE float border_value(const conv_problem *problem, int32_t plane, int32_t row, int32_t column) {
  if (plane == UNREAD || row == UNREAD || column == UNREAD) return 0;
  return problem->axis[column < 0 ? 2 : row < 0 ? 1 : 0].constant[0];
}

/// Copies one sample of the input; beyond the channels there are, lanes are 0.
INLINE void copy_sample(const float *x, ptrdiff_t channel, int32_t count, float *to) {
  if (channel == 1) {
    int32_t c = 0;
    for (; c + LANES <= count; c += LANES) v_store(to + c, v_load(x + c));
    if (c < count) v_store(to + c, v_load_masked(x + c, v_first(count - c)));
    return;
  }
  v_store(to, v_zero());
  for (int32_t c = 0; c < count; c++) to[c] = x[c * channel];
}

/// Copies `count` <= LANES samples of a plane's row at the distance `step`, for up to LANES channels.
INLINE void gather_strided(const float *x, ptrdiff_t channel, int32_t channels, int32_t step, int32_t count,
                           float *to) {
  int32_t index[LANES];
  for (int32_t l = 0; l < LANES; l++) index[l] = l < count ? l * step : 0;
  const vmask mask = v_first(count);
  vec a[LANES];
  for (int32_t c = 0; c < LANES; c++)
    a[c] = c < channels ? v_gather(x + c * channel, index, mask) : v_zero();
  v_transpose(a);
  for (int32_t l = 0; l < count; l++) v_store(to + l * LANES, a[l]);
}

/// Copies `count` samples of a plane's row at the distance `step`, for up to LANES channels, side by side in the lanes;
/// the other lanes are 0.
INLINE void turn_samples(const float *x, ptrdiff_t channel, int32_t channels, int32_t step, int32_t count, float *to) {
  if (step > 1) {
    for (int32_t k = 0; k < count; k += LANES)
      gather_strided(x + (ptrdiff_t)k * step, channel, channels, step, least_of(count - k, LANES), to + k * LANES);
    return;
  }
  if (channels < LANES) memset(to, 0, (size_t)count * LANES * sizeof(float));
  transpose(x, channel, to, LANES, channels, count);
}

/// Copies the samples `columns` of one row of a stretch, border taps looked up.
INLINE void gather_row(const entrance *in, const stretch *s, int32_t row, index_range columns, channel_range channels,
                       float *to) {
  const conv_problem *problem = in->problem;
  const ptrdiff_t channel = problem->x.channel, step = problem->x.axis[2];
  const int32_t sample = channels.vectors * LANES, d = in->width->dilation;
  const bool is_row = in->plane >= 0 && row >= 0;
  const float *x = is_row ? in->x + in->plane * problem->x.axis[0] + row * problem->x.axis[1] + channels.first * channel
                          : NULL;
  const index_range inside = s->columns_inside;
  for (int32_t j = columns.begin, count; j < columns.end; j += count, to += count * sample) {
    count = 1;
    const int32_t column = sample_index(in->width, s->column, j);
    if (!is_row || column < 0) {
      const vec value = v_set(border_value(problem, in->plane, row, column));
      EACH(v, STRETCH_VECTORS)
        if (v < channels.vectors) v_store(to + v * LANES, value);
    } else if (j < inside.begin || j >= inside.end) {
      copy_sample(x + column * step, channel, channels.count, to);
    } else {
      count = least_of(inside.end, columns.end) - j;
      if (channel == 1) {
        for (int32_t k = 0; k < count; k++)
          copy_sample(x + (column + k * d) * step, channel, channels.count, to + k * sample);
      } else {
        turn_samples(x + column * step, channel, channels.count, d, count, to);
      }
    }
  }
}

/// Takes `count` tiles from `first` on to the points, out of samples that are copied to the patch.
INLINE void gather_tiles(const entrance *in, const stretch *s, int32_t first, int32_t count, channel_range channels) {
  if (count == 0) return;
  const int32_t begin = first * in->width->outputs;
  const index_range columns = {begin, begin + (count - 1) * in->width->outputs + in->width->points};
  const ptrdiff_t sample = channels.vectors * LANES, row = index_count(columns) * sample;
  for (int32_t i = 0; i < in->height->points; i++)
    gather_row(in, s, s->row_index[i], columns, channels, in->patch + i * row);
  in->transform(in->patch, (grid){row, sample}, in->points + first * in->tile, in->position,
                (tile_series){count, in->width->outputs * sample, in->tile}, channels.vectors);
}

/// Takes some channels of a stretch to the points. Tiles that lie in the input as they are are read where they are.
INLINE void stretch_to_points(const entrance *in, const stretch *s, channel_range channels) {
  const conv_strides *at = &in->problem->x;
  const tile_axis *width = in->width;
  int32_t begin = 0, end = 0;
  if (at->channel == 1 && channels.count == channels.vectors * LANES && in->plane >= 0 && s->rows_inside) {
    begin = (s->columns_inside.begin + width->outputs - 1) / width->outputs;
    const int32_t after = s->columns_inside.end - width->points;
    end = after < 0 ? 0 : after / width->outputs + 1;
    if (end <= begin) begin = end = 0;
  }
  if (end > begin) {
    const ptrdiff_t column = width->dilation * at->axis[2], tile = width->outputs * column;
    const float *x = in->x + in->plane * at->axis[0] + s->row_index[0] * at->axis[1] +
                     sample_index(width, s->column, begin * width->outputs) * at->axis[2] + channels.first;
    in->transform(x, (grid){in->height->dilation * at->axis[1], column},
                  in->points + begin * in->tile, in->position, (tile_series){end - begin, tile, in->tile},
                  channels.vectors);
  }
  gather_tiles(in, s, 0, begin, channels);
  gather_tiles(in, s, end, s->tiles - end, channels);
}
