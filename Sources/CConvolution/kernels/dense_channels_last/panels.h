// Packed weights: [panel][tap][input channel][output channel]. A panel is TILE_VECTORS vectors of a group's channels; the
// last one has one more where that is left and three fit the registers, or one alone.
#pragma once

#include "../../shared/pack_rows.h"

enum { PANEL = TILE_VECTORS * LANES };

INLINE int32_t group_vectors(int32_t output_channels) { return parts_of(output_channels, LANES); }

INLINE int32_t group_panels(int32_t output_channels) {
  const int32_t vectors = group_vectors(output_channels);
  return TRIPLE_BROADCASTS > 0 && vectors > 1 ? vectors / TILE_VECTORS : parts_of(vectors, TILE_VECTORS);
}

/// Vectors of a panel of a group.
INLINE int32_t panel_vectors(int32_t output_channels, int32_t panel) {
  const bool last = panel == group_panels(output_channels) - 1;
  return last ? group_vectors(output_channels) - panel * TILE_VECTORS : TILE_VECTORS;
}

/// Vectors of the last panel of a group.
INLINE int32_t last_panel_vectors(int32_t output_channels) {
  return panel_vectors(output_channels, group_panels(output_channels) - 1);
}

/// The first channel of a panel's vector, counted from the panel's first one of `channels`. The last vector reaches back
/// over channels of the one before to be whole.
INLINE int32_t vector_channel(int32_t channels, int32_t vector) {
  return least_of(vector * LANES, channels < LANES ? 0 : channels - LANES);
}

static int32_t panel_count(const conv_problem *problem) {
  return problem->groups * group_panels(problem->output_channels);
}

static int32_t panel_channel(const conv_problem *problem, int32_t panel) {
  const int32_t panels = group_panels(problem->output_channels);
  return panel / panels * problem->output_channels + panel % panels * PANEL;
}

/// Rows of packed weights: a tap's input channels.
INLINE int32_t weight_rows(const conv_problem *problem) { return tap_count(problem) * problem->input_channels; }

/// Weights of one group.
INLINE size_t group_weights(const conv_problem *problem) {
  return (size_t)weight_rows(problem) * group_vectors(problem->output_channels) * LANES;
}

static size_t packed_bytes(const conv_problem *problem) {
  return problem->groups * group_weights(problem) * sizeof(float);
}

/// Packs a panel of a group, counted in it: `from` and `to` are the group's.
static void pack_panel(const conv_problem *problem, const conv_weights *w, const float *from, int32_t panel,
                       float *to) {
  const int32_t outputs = problem->output_channels, vectors = panel_vectors(outputs, panel), first = panel * PANEL;
  const int32_t channels = least_of(outputs - first, vectors * LANES);
  for (int32_t i = 0; i < vectors; i++) {
    const int32_t channel = vector_channel(channels, i);
    pack_vector(problem, w, from + (first + channel) * w->output_stride, least_of(channels - channel, LANES), LANES,
                (row_order){problem->input_channels, 1, vectors * LANES},
                to + (ptrdiff_t)first * weight_rows(problem) + i * LANES);
  }
}

static void pack(const conv_problem *problem, const conv_weights *w, int32_t first_panel, int32_t end_panel,
                 void *packed) {
  const int32_t outputs = problem->output_channels, panels = group_panels(outputs);
  for (int32_t panel = first_panel, count; panel < end_panel; panel += count) {
    const int32_t group = panel / panels, first = panel % panels;
    const float *from = w->data + group * (ptrdiff_t)outputs * w->output_stride;
    float *to = (float *)packed + group * group_weights(problem);
    // The last panel of a group may be another than the ones before.
    count = least_of(end_panel - panel, panels - 1 - first);
    if (w->output_stride == 1 && count > 1) {
      copy_panels(problem, w, from + first * PANEL, count, (row_order){problem->input_channels, 1, PANEL},
                  (ptrdiff_t)weight_rows(problem) * PANEL, to + (ptrdiff_t)weight_rows(problem) * first * PANEL);
    } else {
      count = 1;
      pack_panel(problem, w, from, first, to);
    }
  }
}
