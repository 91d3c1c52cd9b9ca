// Channels-last memory: a block's pixels are turned to planes, its sums are turned back. Groups whose channels fill a
// vector together are staged together.
#pragma once

#include "layout.h"

/// Turns a row of slots, a block of LANES pixels x LANES channels at a time.
static void stage_pixel_row(const conv_problem *problem, const staged_block *block, const staged_row *row,
                            int32_t channels) {
  const conv_axis *width = &problem->axis[2];
  for (int32_t i = 0; i < block->pitch; i += LANES) {
    const int32_t pixels = least_of(block->pitch - i, LANES);
    const vmask stored = v_first(pixels);
    for (int32_t c = 0; c < channels; c += LANES) {
      const int32_t count = least_of(channels - c, LANES);
      const vmask loaded = v_first(count);
      vec a[LANES];
      for (int p = 0; p < LANES; p++) {
        const int32_t source = p < pixels ? row->columns[i + p] : UNREAD;
        a[p] = source == CONV_CONSTANT ? v_set(width->constant[0])
               : source < 0            ? v_zero()
               : !row->input           ? v_set(row->outside)
                                       : v_load_masked(row->input + source * problem->x.axis[2] + c, loaded);
      }
      v_transpose(a);
      float *to = row->slots + c * block->channel + i;
      for (int p = 0; p < count; p++) v_store_masked(to + p * block->channel, stored, a[p]);
    }
  }
}

static void finish_pixels(const conv_problem *problem, const conv_operands *image, const output_span *span) {
  const output_bounds bounds = bounds_of(&problem->activation);
  for (int32_t m = 0; m < span->channels; m += LANES) {
    const int32_t channels = least_of(span->channels - m, LANES);
    const vmask mask = v_first(channels);
    const vec bias = v_load_masked(image->bias + span->channel + m, mask);
    for (int32_t i = 0; i < span->outputs; i += LANES) {
      const int32_t pixels = least_of(span->outputs - i, LANES);
      vec a[LANES];
      for (int p = 0; p < LANES; p++) a[p] = p < channels ? v_load(span->sums + (m + p) * span->strip + i) : v_zero();
      v_transpose(a);
      ptrdiff_t at = span->channel + m + span->output + i * problem->y.axis[2];
      for (int p = 0; p < pixels; p++, at += problem->y.axis[2]) {
        store_output(bounds, a[p], bias, image->residual ? image->residual + at : NULL, image->y + at, false, mask);
        activate(&problem->activation, (output_channels){span->channel + m, true}, image->y + at, channels);
      }
    }
  }
}

INLINE planar_layout pixels_of(const conv_problem *problem) {
  const int32_t groups = LANES / problem->input_channels;
  return (planar_layout){
      .groups = groups < 1 ? 1 : groups, .channels_at_once = INT32_MAX, .stage_row = stage_pixel_row,
      .finish = finish_pixels};
}
