// Channels-first memory: rows are copied to the planes, the samples of a stride's phases pulled apart; sums lie as the
// outputs do.
#pragma once

#include "layout.h"

/// Copies samples that lie `stride` apart.
INLINE void copy_strided(const float *from, int32_t stride, float *to, int32_t count) {
  int32_t i = 0;
  if (stride == 1) {
    for (; i + LANES <= count; i += LANES) v_store(to + i, v_load(from + i));
    const vmask rest = v_first(count - i);
    v_store_masked(to + i, rest, v_load_masked(from + i, rest));
  } else if (stride == 2) {
    for (; i + LANES <= count; i += LANES)
      v_store(to + i, v_load_even(from + 2 * i));
    v_store_masked(to + i, v_first(count - i), v_load_alternate(from + 2 * i, (1u << (count - i)) - 1));
  } else {
    for (; i < count; i++) to[i] = from[(int64_t)i * stride];
  }
}

/// Slots near the border, one by one.
INLINE void copy_slots(const float *from, const int32_t *source, float constant, float *to, int32_t begin,
                       int32_t end) {
  for (int32_t i = begin; i < end; i++)
    to[i] = source[i] >= 0 ? from[source[i]] : source[i] == CONV_CONSTANT ? constant : 0;
}

static void stage_plane_row(const conv_problem *problem, const staged_block *block, const staged_row *row,
                            int32_t channels) {
  const conv_axis *width = &problem->axis[2];
  const int32_t *source = row->columns, begin = row->even.begin, end = row->even.end;
  const float constant = width->constant[0];
  float *to = block->samples + row->offset;
  if (!row->input) {
    for (int32_t c = 0; c < channels; c++, to += block->channel)
      for (int32_t i = 0; i < block->pitch; i++)
        to[i] = source[i] >= 0 ? row->outside : source[i] == CONV_CONSTANT ? constant : 0;
    return;
  }
  const float *from = row->input;
  for (int32_t c = 0; c < channels; c++, to += block->channel, from += problem->x.channel) {
    copy_slots(from, source, constant, to, 0, begin);
    if (end > begin) copy_strided(from + source[begin], width->stride, to + begin, end - begin);
    copy_slots(from, source, constant, to, end, block->pitch);
  }
}

static void finish_planes(const conv_problem *problem, const conv_operands *image, const output_span *span) {
  const output_bounds bounds = bounds_of(&problem->activation);
  for (int32_t m = 0; m < span->channels; m++) {
    const int32_t channel = span->channel + m;
    const float *sums = span->sums + m * span->strip;
    const ptrdiff_t at = channel * problem->y.channel + span->output;
    const float *residual = image->residual ? image->residual + at : NULL;
    float *y = image->y + at;
    const vec bias = v_set(image->bias[channel]);
    int32_t i = 0;
    for (; i + LANES <= span->outputs; i += LANES)
      store_output(bounds, v_load(sums + i), bias, residual ? residual + i : NULL, y + i, true, v_first(LANES));
    if (i < span->outputs)
      store_output(bounds, v_load(sums + i), bias, residual ? residual + i : NULL, y + i, false,
                   v_first(span->outputs - i));
    activate(&problem->activation, y, span->outputs);
  }
}

static const planar_layout planes = {
    .groups = 1, .stores_lanes = true, .stage_row = stage_plane_row, .finish = finish_planes};
