// Weights of even panels packed for broadcasts: [panel][input channel][tap][output channel].
#pragma once

#include "even_panels.h"
#include "pack_rows.h"

static size_t packed_bytes(const conv_problem *problem) { return weight_count(problem) * sizeof(float); }

static void pack(const conv_problem *problem, const conv_weights *w, int32_t first_panel, int32_t end_panel,
                 void *packed) {
  const int32_t taps = tap_count(problem);
  for (int32_t panel = first_panel; panel < end_panel; panel++) {
    const int32_t first = panel_channel(problem, panel), channels = panel_channel(problem, panel + 1) - first;
    pack_rows(problem, w, w->data + first * w->output_stride, channels, (row_order){1, taps, channels},
              (float *)packed + (ptrdiff_t)first * taps * problem->input_channels);
  }
}
