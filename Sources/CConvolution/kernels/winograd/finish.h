// The products of a stretch of tiles are taken to outputs, which leave here with bias, residual and activation.
#pragma once

#include "../activation.h"
#include "../transpose.h"
#include "stage.h"

/// Where the products of a stretch come from and its outputs go to, for one plane of the output.
typedef struct {
  const conv_problem *problem;
  const conv_task *task;
  int32_t plane;             ///< of the output
  const float *products;     ///< of the first tile
  ptrdiff_t position, tile;  ///< from one position or tile to the next there
  float *staged;             ///< [output of height][output of width of the stretch][lane]
  const float *bias, *residual;
  float *y;                  ///< of the vector's first channel; bias and residual likewise
  int32_t channels;          ///< of the vector
} outlet;

INLINE finish finish_of(const outlet *out, bool all) {
  const conv_activation *activation = &out->problem->activation;
  const vmask mask = v_first(out->channels);
  return (finish){.bias = v_load_masked(out->bias, mask, v_zero()), .is_bounded = is_bounded(activation),
                  .all = all, .mask = all ? v_first(LANES) : mask, .bounds = bounds_of(activation)};
}

/// One tile: its outputs within the ranges of height and width go to `to`, where output 0 0 has its place.
INLINE void tile_to_outputs(const outlet *out, const stretch *s, const float *products, const finish *finish,
                            index_range rows, index_range columns, float *to, const float *residual, grid to_at) {
  const tile_axis *height = s->height, *width = s->width;
  if (width->points == 1) {
    finish_pass_of(height->points, height->outputs)(products, (grid){out->position, 0}, to, (grid){to_at.line, 0}, 1,
                                                    rows.begin, rows.end, finish, residual);
    return;
  }
  const ptrdiff_t first_row = rows.begin * to_at.line;
  grid at = {out->position, 0};
  float lines[MOST_POINTS * MOST_POINTS * LANES];
  if (height->points > 1) {
    const ptrdiff_t line = width->points * LANES;
    output_pass_of(height->points, height->outputs)(products, (grid){width->points * out->position, out->position},
                                                    lines, (grid){line, LANES}, width->points);
    products = lines + rows.begin * line;
    at = (grid){LANES, line};
  }
  finish_pass_of(width->points, width->outputs)(products, at, to + first_row, to_at, rows.end - rows.begin,
                                                columns.begin, columns.end, finish,
                                                residual ? residual + first_row : NULL);
}

/// Outputs in channels-last memory go straight to their places.
INLINE void stretch_to_pixels(const outlet *out, const stretch *s) {
  const conv_strides *y = &out->problem->y;
  const conv_task *task = out->task;
  const tile_axis *height = s->height, *width = s->width;
  const finish finish = finish_of(out, out->channels == LANES);
  const grid at = {width->dilation * y->axis[2], height->dilation * y->axis[1]};
  const index_range rows = outputs_between(height, s->row, height->outputs, task->first[1], task->end[1]);
  for (int32_t t = 0; t < s->tiles; t++) {
    const int32_t begin = s->column + t * width->outputs * width->dilation;
    const index_range columns = outputs_between(width, begin, width->outputs, task->first[2], task->end[2]);
    if (columns.begin == columns.end) continue;
    const ptrdiff_t corner = out->plane * y->axis[0] + s->row * y->axis[1] + begin * y->axis[2];
    tile_to_outputs(out, s, out->products + t * out->tile, &finish, rows, columns, out->y + corner,
                    out->residual ? out->residual + corner : NULL, at);
    if (out->problem->activation.kind == CONV_CLIP) continue;
    for (int32_t i = rows.begin; i < rows.end; i++)
      for (int32_t j = columns.begin; j < columns.end; j++)
        activate(&out->problem->activation, out->y + corner + i * at.line + j * at.step, out->channels);
  }
}

/// Outputs in channels-first memory are staged, and turned for all tiles of the stretch together.
INLINE void stretch_to_planes(const outlet *out, const stretch *s) {
  const conv_strides *y = &out->problem->y;
  const conv_task *task = out->task;
  const tile_axis *height = s->height, *width = s->width;
  const int32_t length = s->tiles * width->outputs, d = width->dilation;
  const index_range rows = outputs_between(height, s->row, height->outputs, task->first[1], task->end[1]);
  const index_range columns = outputs_between(width, s->column, length, task->first[2], task->end[2]);
  const int32_t count = columns.end - columns.begin;
  const ptrdiff_t row_step = height->dilation * y->axis[1];
  const ptrdiff_t corner = out->plane * y->axis[0] + s->row * y->axis[1] + (s->column + columns.begin * d) * y->axis[2];

  if (out->residual)
    for (int32_t i = rows.begin; i < rows.end; i++) {
      const float *from = out->residual + corner + i * row_step;
      float *to = out->staged + ((ptrdiff_t)i * length + columns.begin) * LANES;
      if (d == 1)
        transpose(from, y->channel, to, LANES, out->channels, count);
      else
        for (int32_t j = 0; j < count; j++)
          for (int32_t c = 0; c < out->channels; c++) to[j * LANES + c] = from[j * d * y->axis[2] + c * y->channel];
    }

  const finish finish = finish_of(out, true);
  const index_range all_rows = {0, height->outputs}, all_columns = {0, width->outputs};
  for (int32_t t = 0; t < s->tiles; t++) {
    float *to = out->staged + (ptrdiff_t)t * width->outputs * LANES;
    tile_to_outputs(out, s, out->products + t * out->tile, &finish, all_rows, all_columns, to,
                    out->residual ? to : NULL, (grid){LANES, length * LANES});
  }
  activate(&out->problem->activation, out->staged, (ptrdiff_t)height->outputs * length * LANES);

  for (int32_t i = rows.begin; i < rows.end; i++) {
    const float *from = out->staged + ((ptrdiff_t)i * length + columns.begin) * LANES;
    float *to = out->y + corner + i * row_step;
    if (d == 1)
      transpose(from, LANES, to, y->channel, count, out->channels);
    else
      for (int32_t j = 0; j < count; j++)
        for (int32_t c = 0; c < out->channels; c++) to[j * d * y->axis[2] + c * y->channel] = from[j * LANES + c];
  }
}
