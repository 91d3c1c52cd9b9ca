// Outputs leave here: the products of a stretch are taken to them, with bias, residual and activation.
#pragma once

#include "entrance.h"

/// Where the products of a stretch come from and its outputs go to, for one plane of the output.
typedef struct {
  const conv_problem *problem;
  const conv_task *task;
  const tile_axis *height, *width;
  output_transform *transform;
  int32_t plane;             ///< of the output
  const float *products;     ///< of the first tile
  ptrdiff_t tile;            ///< from one tile to the next there
  float *staged;             ///< [output of height][output of width of the stretch][lane]
  const float *bias, *residual;
  float *y;                  ///< of the first channel; bias and residual likewise
  int32_t channel, channels; ///< some vectors from that channel on
} outlet;

INLINE finish finish_of(const outlet *out) {
  return (finish){out->bias, out->channels, bounds_of(&out->problem->activation)};
}

/// Outputs in channels-last memory go straight to their places.
INLINE void stretch_to_pixels(const outlet *out, const stretch *s) {
  const conv_strides *y = &out->problem->y;
  const conv_task *task = out->task;
  const tile_axis *height = out->height, *width = out->width;
  const finish finish = finish_of(out);
  const grid at = {height->dilation * y->axis[1], width->dilation * y->axis[2]};
  const index_range rows = outputs_in(height, s->row, height->outputs, task->first[1], task->end[1]);
  for (int32_t t = 0; t < s->tiles; t++) {
    const int32_t begin = s->column + t * width->outputs * width->dilation;
    const index_range columns = outputs_in(width, begin, width->outputs, task->first[2], task->end[2]);
    if (columns.begin == columns.end) continue;
    const ptrdiff_t corner = out->plane * y->axis[0] + s->row * y->axis[1] + begin * y->axis[2];
    out->transform(out->products + t * out->tile, out->y + corner, at, rows, columns, &finish,
                   out->residual ? out->residual + corner : NULL);
    if (!is_more_than_clip(&out->problem->activation)) continue;
    for (int32_t i = rows.begin; i < rows.end; i++)
      for (int32_t j = columns.begin; j < columns.end; j++)
        activate(&out->problem->activation, (output_channels){out->channel, true},
                 out->y + corner + i * at.row + j * at.column, out->channels);
  }
}

/// The same to outputs that are staged, LANES a pixel.
INLINE void activate_staged(const outlet *out, ptrdiff_t pixels) {
  const conv_activation *activation = &out->problem->activation;
  const bool is_one = activation->kind != CONV_PRELU;
  const output_channels channels = {out->channel, true};
  for (ptrdiff_t i = 0; i < (is_one ? 1 : pixels); i++)
    activate(activation, channels, out->staged + i * LANES, is_one ? pixels * LANES : out->channels);
}

/// Outputs in channels-first memory are staged, and turned for all tiles of the stretch together.
INLINE void stretch_to_planes(const outlet *out, const stretch *s) {
  const conv_strides *y = &out->problem->y;
  const conv_task *task = out->task;
  const tile_axis *height = out->height, *width = out->width;
  const int32_t length = s->tiles * width->outputs, d = width->dilation;
  const index_range rows = outputs_in(height, s->row, height->outputs, task->first[1], task->end[1]);
  const index_range columns = outputs_in(width, s->column, length, task->first[2], task->end[2]);
  const int32_t count = index_count(columns);
  const ptrdiff_t row_step = height->dilation * y->axis[1];
  const ptrdiff_t corner = out->plane * y->axis[0] + s->row * y->axis[1] + (s->column + columns.begin * d) * y->axis[2];

  if (out->residual)
    for (int32_t i = rows.begin; i < rows.end; i++)
      turn_samples(out->residual + corner + i * row_step, y->channel, out->channels, d, count,
                   out->staged + ((ptrdiff_t)i * length + columns.begin) * LANES);

  const finish finish = finish_of(out);
  const index_range all_rows = {0, height->outputs}, all_columns = {0, width->outputs};
  for (int32_t t = 0; t < s->tiles; t++) {
    float *to = out->staged + (ptrdiff_t)t * width->outputs * LANES;
    out->transform(out->products + t * out->tile, to, (grid){length * LANES, LANES}, all_rows, all_columns, &finish,
                   out->residual ? to : NULL);
  }
  activate_staged(out, (ptrdiff_t)height->outputs * length);

  // Rows that are whole are turned as one.
  const bool is_one = count == length && y->axis[1] == length && height->dilation == 1;
  const int32_t turns = is_one ? 1 : index_count(rows), pixels = is_one ? index_count(rows) * count : count;
  for (int32_t i = 0; i < turns; i++) {
    const float *from = out->staged + ((ptrdiff_t)(rows.begin + i) * length + columns.begin) * LANES;
    float *to = out->y + corner + (rows.begin + i) * row_step;
    if (d == 1)
      transpose(from, LANES, to, y->channel, pixels, out->channels);
    else
      for (int32_t j = 0; j < pixels; j++)
        for (int32_t c = 0; c < out->channels; c++) to[j * d * y->axis[2] + c * y->channel] = from[j * LANES + c];
  }
}
