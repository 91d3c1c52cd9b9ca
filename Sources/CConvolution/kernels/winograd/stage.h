// A stretch of tiles side by side: their samples enter here, border taps looked up, and are taken to the points.
#pragma once

#include "../transpose.h"
#include "tiles.h"
#include "transform.h"

enum {
  /// Outputs and samples of a stretch along the width: all that is done with it stays in the first-level cache.
  STRETCH_OUTPUTS = 48,
  STRETCH_SAMPLES = STRETCH_OUTPUTS + MOST_TAPS - 1,
};

INLINE int32_t stretch_tiles(const tile_axis *width) { return STRETCH_OUTPUTS / width->outputs; }

typedef struct {
  const tile_axis *height, *width;
  int32_t tiles;             ///< along the width
  int32_t row, column;       ///< outputs at which the first tile begins
  int32_t columns;           ///< samples along the width
} stretch;

/// Where a stretch's samples come from and go to, for one plane of the input and one group.
typedef struct {
  const conv_problem *problem;
  const float *x;            ///< of the group's first channel
  int32_t plane;             ///< of the input, CONV_CONSTANT or UNREAD
  float *patch, *lines;      ///< [point of height][sample of width][lane]: samples; these taken to the points of height
  float *points;             ///< of the first tile
  ptrdiff_t position, tile;  ///< from one position or tile to the next there
} entrance;

/// The channels first..<first + count of a group, count <= LANES.
typedef struct {
  int32_t first, count;
} channel_range;

/// What is read where one of the indices is not one of the input: the last axis says what, as numpy.pad does.
INLINE float border_value(const conv_problem *problem, int32_t plane, int32_t row, int32_t column) {
  if (plane == UNREAD || row == UNREAD || column == UNREAD) return 0;
  return problem->axis[column < 0 ? 2 : row < 0 ? 1 : 0].constant[0];
}

/// LANES channels of one sample of the input; beyond the range they are 0.
INLINE vec load_channels(const float *x, ptrdiff_t channel, int32_t count) {
  if (channel == 1) return v_load_masked(x, v_first(count), v_zero());
  float values[LANES] = {0};
  for (int32_t c = 0; c < count; c++) values[c] = x[c * channel];
  return v_load(values);
}

/// Copies the samples `columns` of one row of a stretch, border taps looked up.
INLINE void stage_row(const entrance *in, const stretch *s, int32_t row, index_range columns, channel_range channels,
                      float *to) {
  const conv_problem *problem = in->problem;
  const ptrdiff_t channel = problem->x.channel, step = problem->x.axis[2];
  const bool is_row = in->plane >= 0 && row >= 0;
  const float *x = is_row ? in->x + in->plane * problem->x.axis[0] + row * problem->x.axis[1] + channels.first * channel
                          : NULL;
  index_range inside = is_row ? samples_inside(s->width, s->column, s->columns) : (index_range){0, 0};
  if (inside.begin < columns.begin) inside.begin = columns.begin;
  if (inside.end > columns.end) inside.end = columns.end;
  for (int32_t j = columns.begin; j < columns.end; j++) {
    float *sample = to + (j - columns.begin) * LANES;
    if (j == inside.begin && inside.end > inside.begin) {
      const float *first = x + sample_index(s->width, s->column, j) * step;
      const int32_t count = inside.end - inside.begin, d = s->width->dilation;
      if (channel == 1 || d > 1) {
        for (int32_t k = 0; k < count; k++)
          v_store(sample + k * LANES, load_channels(first + k * d * step, channel, channels.count));
      } else {
        if (channels.count < LANES) memset(sample, 0, (size_t)count * LANES * sizeof(float));
        transpose(first, channel, sample, LANES, channels.count, count);
      }
      j = inside.end - 1;
      continue;
    }
    const int32_t column = sample_index(s->width, s->column, j);
    v_store(sample, is_row && column >= 0 ? load_channels(x + column * step, channel, channels.count)
                                          : v_set(border_value(problem, in->plane, row, column)));
  }
}

/// Copies the samples `columns` of all rows of a stretch to the patch.
INLINE void stage(const entrance *in, const stretch *s, index_range columns, channel_range channels) {
  for (int32_t i = 0; i < s->height->points; i++)
    stage_row(in, s, sample_index(s->height, s->row, i), columns, channels,
              in->patch + (ptrdiff_t)i * (columns.end - columns.begin) * LANES);
}

/// Takes the samples `columns` of a stretch to the points of height, out of the patch.
INLINE void stage_to_height(const entrance *in, const stretch *s, index_range columns, channel_range channels,
                            float *to, grid to_at) {
  const int32_t count = columns.end - columns.begin;
  if (count == 0) return;
  stage(in, s, columns, channels);
  input_pass_of(s->height->points)(in->patch, (grid){count * LANES, LANES}, to + columns.begin * to_at.line, to_at,
                                   count);
}

/// Takes the samples of a stretch to the points of height: to the lines or, where the width is not transformed, to the
/// points.
INLINE void to_height(const entrance *in, const stretch *s, channel_range channels) {
  const conv_strides *at = &in->problem->x;
  const bool ends = s->width->points == 1;
  float *to = ends ? in->points : in->lines;
  const grid to_at = ends ? (grid){in->position, in->tile} : (grid){s->columns * LANES, LANES};
  const index_range rows = samples_inside(s->height, s->row, s->height->points);
  // Samples that lie side by side in the input are read where they are.
  index_range in_place = {0, 0};
  if (at->channel == 1 && channels.count == LANES && in->plane >= 0 && rows.end - rows.begin == s->height->points) {
    in_place = samples_inside(s->width, s->column, s->columns);
    const ptrdiff_t row = sample_index(s->height, s->row, 0), column = sample_index(s->width, s->column, in_place.begin);
    if (in_place.end > in_place.begin)
      input_pass_of(s->height->points)(
          in->x + in->plane * at->axis[0] + row * at->axis[1] + column * at->axis[2] + channels.first,
          (grid){s->height->dilation * at->axis[1], s->width->dilation * at->axis[2]},
          to + in_place.begin * to_at.line, to_at, in_place.end - in_place.begin);
  }
  stage_to_height(in, s, (index_range){0, in_place.begin}, channels, to, to_at);
  stage_to_height(in, s, (index_range){in_place.end, s->columns}, channels, to, to_at);
}

/// Takes LANES channels of a stretch to the points.
INLINE void stretch_to_points(const entrance *in, const stretch *s, channel_range channels) {
  to_height(in, s, channels);
  if (s->width->points == 1) return;
  const grid at = {LANES, s->columns * LANES}, to_at = {in->position, s->width->points * in->position};
  for (int32_t t = 0; t < s->tiles; t++)
    input_pass_of(s->width->points)(in->lines + (ptrdiff_t)t * s->width->outputs * LANES, at, in->points + t * in->tile,
                                    to_at, s->height->points);
}
