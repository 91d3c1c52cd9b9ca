// The tile and the panels: consecutive output channels, whatever their groups.
#pragma once

#include "../../shared/pack_rows.h"

enum {
  PIXELS = TILE_BROADCASTS / 2,
  VECTORS = TILE_VECTORS * 2,
  PANEL = VECTORS * LANES,
};

/// Output channels of all groups.
INLINE int32_t channel_count(const conv_problem *problem) { return problem->groups * problem->output_channels; }

static int32_t panel_count(const conv_problem *problem) { return parts_of(channel_count(problem), PANEL); }

static size_t packed_bytes(const conv_problem *problem) {
  return (size_t)tap_count(problem) * parts_of(channel_count(problem), LANES) * LANES * sizeof(float);
}

static void pack(const conv_problem *problem, const conv_weights *w, void *packed) {
  float *to = packed;
  for (int32_t first = 0; first < channel_count(problem); first += PANEL) {
    const int32_t channels = least_of(channel_count(problem) - first, PANEL);
    const int32_t width = parts_of(channels, LANES) * LANES;
    pack_rows(problem, w, w->data + first * w->output_stride, channels, (row_order){1, 1, width}, to);
    to += (ptrdiff_t)width * tap_count(problem);
  }
}
