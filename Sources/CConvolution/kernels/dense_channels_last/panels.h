// Packed weights: [panel][tap][input channel][output channel].
#pragma once

#include "../../shared/pack_rows.h"

enum { PANEL = TILE_VECTORS * LANES };

INLINE int32_t group_panels(int32_t output_channels) { return parts_of(output_channels, PANEL); }

static int32_t panel_count(const conv_problem *problem) {
  return problem->groups * group_panels(problem->output_channels);
}

static int32_t panel_channel(const conv_problem *problem, int32_t panel) {
  const int32_t panels = group_panels(problem->output_channels);
  return panel / panels * problem->output_channels + panel % panels * PANEL;
}

/// Rows of packed weights: a tap's input channels.
INLINE int32_t weight_rows(const conv_problem *problem) { return tap_count(problem) * problem->input_channels; }

/// Weights of one group: its last panel is as wide as it must be.
INLINE size_t group_weights(const conv_problem *problem) {
  return (size_t)weight_rows(problem) * parts_of(problem->output_channels, LANES) * LANES;
}

static size_t packed_bytes(const conv_problem *problem) {
  return problem->groups * group_weights(problem) * sizeof(float);
}

static void pack(const conv_problem *problem, const conv_weights *w, void *packed) {
  float *to = packed;
  for (int32_t group = 0; group < problem->groups; group++)
    for (int32_t first = 0; first < problem->output_channels; first += PANEL) {
      const int32_t rest = problem->output_channels - first, width = rest > LANES ? PANEL : LANES;
      const float *from = w->data + (group * (ptrdiff_t)problem->output_channels + first) * w->output_stride;
      pack_rows(problem, w, from, least_of(rest, width), (row_order){problem->input_channels, 1, width}, to);
      to += (ptrdiff_t)weight_rows(problem) * width;
    }
}
