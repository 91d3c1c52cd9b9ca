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

static void pack(const conv_problem *problem, const conv_weights *w, int32_t first_panel, int32_t end_panel,
                 void *packed) {
  const int32_t outputs = problem->output_channels;
  for (int32_t panel = first_panel; panel < end_panel; panel++) {
    const int32_t group = panel / group_panels(outputs), first = panel % group_panels(outputs) * PANEL;
    const int32_t rest = outputs - first, width = rest > LANES ? PANEL : LANES;
    const float *from = w->data + (group * (ptrdiff_t)outputs + first) * w->output_stride;
    float *to = (float *)packed + group * group_weights(problem) + (size_t)first * weight_rows(problem);
    pack_rows(problem, w, from, least_of(rest, width), (row_order){problem->input_channels, 1, width}, to);
  }
}
