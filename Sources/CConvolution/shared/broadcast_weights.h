// Weights of even panels packed for broadcasts: [panel][input channel][tap][output channel].
#pragma once

#include "even_panels.h"
#include "pack_rows.h"

static size_t packed_bytes(const conv_problem *problem) { return weight_count(problem) * sizeof(float); }

static void pack(const conv_problem *problem, const conv_weights *w, void *packed) {
  const int32_t taps = tap_count(problem), outputs = problem->output_channels;
  float *to = packed;
  for (int32_t group = 0; group < problem->groups; group++)
    for (int32_t panel = 0; panel < group_panels(outputs); panel++) {
      const int32_t first = panel_begin(outputs, panel), channels = panel_begin(outputs, panel + 1) - first;
      const float *from = w->data + (group * (ptrdiff_t)outputs + first) * w->output_stride;
      pack_rows(problem, w, from, channels, (row_order){1, taps, channels}, to);
      to += (ptrdiff_t)channels * taps * problem->input_channels;
    }
}
