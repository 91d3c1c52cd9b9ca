// Channels-first memory: rows are copied to the planes, the samples of a stride's phases pulled apart; sums lie as the
// outputs do.
#pragma once

#include "../../shared/copy_span.h"
#include "layout.h"

/// Copies samples that lie `stride` apart. Slots behind them may be written too: they are staged later.
INLINE void copy_strided(const float *from, int32_t stride, float *to, int32_t count) {
  if (stride > 2)
    for (int32_t i = 0; i < count; i++) to[i] = from[(int64_t)i * stride];
  else if (count < LANES)
    v_store(to, stride == 1 ? load_short_span(1, from, count) : load_short_span(2, from, count));
  else if (stride == 1)
    copy_span(1, from, to, count);
  else
    copy_span(2, from, to, count);
}

/// Slots near the border, one by one.
INLINE void copy_slots(const float *from, const int32_t *source, float constant, float *to, int32_t begin,
                       int32_t end) {
  for (int32_t i = begin; i < end; i++)
    to[i] = source[i] >= 0 ? from[source[i]] : source[i] == CONV_CONSTANT ? constant : 0;
}

/// Stages a row of one channel: each is read in one go.
INLINE void stage_plane_row(const conv_problem *problem, const staged_block *block, const staged_row *row,
                            int32_t channels) {
  (void)channels;
  const conv_axis *width = &problem->axis[2];
  const int32_t *source = row->columns, begin = row->even.begin, end = row->even.end;
  const float constant = width->constant[0];
  if (!row->input) {
    for (int32_t i = 0; i < block->pitch; i++)
      row->slots[i] = source[i] >= 0 ? row->outside : source[i] == CONV_CONSTANT ? constant : 0;
    return;
  }
  copy_slots(row->input, source, constant, row->slots, 0, begin);
  if (end > begin) copy_strided(row->input + source[begin], width->stride, row->slots + begin, end - begin);
  copy_slots(row->input, source, constant, row->slots, end, block->pitch);
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
    if (i < span->outputs && i > 0 && !residual) {
      // The last vector reaches back over the one before.
      i = span->outputs - LANES;
      store_output(bounds, v_load(sums + i), bias, NULL, y + i, true, v_first(LANES));
    } else if (i < span->outputs) {
      store_output(bounds, v_load(sums + i), bias, residual ? residual + i : NULL, y + i, false,
                   v_first(span->outputs - i));
    }
    activate(&problem->activation, (output_channels){channel, false}, y, span->outputs);
  }
}

static const planar_layout planes = {
    .groups = 1, .channels_at_once = 1, .finishes_panels = true, .stage_row = stage_plane_row, .finish = finish_planes};
