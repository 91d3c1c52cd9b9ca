// Weights of even panels packed for broadcasts: [panel][input channel][tap][output channel].
#include "even_panels.h"
#include "pack_rows.h"

static size_t packed_floats(const conv_weights *w) { return weight_count(w); }

static void pack(const conv_weights *w, float *packed) {
  for (int32_t group = 0; group < w->groups; group++)
    for (int32_t panel = 0; panel < group_panels(w->output_channels); panel++) {
      const int32_t first = panel_begin(w->output_channels, panel);
      const int32_t channels = panel_begin(w->output_channels, panel + 1) - first;
      const float *from = w->data + (group * (ptrdiff_t)w->output_channels + first) * w->output_stride;
      const int32_t taps = w->kernel[0] * w->kernel[1] * w->kernel[2];
      pack_rows(w, from, channels, (row_order){1, taps, channels}, packed);
      packed += (ptrdiff_t)channels * taps * w->input_channels;
    }
}
