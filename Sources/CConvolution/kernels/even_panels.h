// Weights packed for broadcasts: [panel][input channel][tap][output channel]. A group's panels have at most
// PANEL_CHANNELS channels and differ by one at most: 32 channels in panels of 14 are 11 + 11 + 10, not 14 + 14 + 4.
#include "CConvolution.h"

static int32_t group_panels(int32_t output_channels) {
  return (output_channels + PANEL_CHANNELS - 1) / PANEL_CHANNELS;
}

/// Where a panel of a group begins.
INLINE int32_t panel_begin(int32_t output_channels, int32_t panel) {
  return (int32_t)((int64_t)output_channels * panel / group_panels(output_channels));
}

static int32_t panel_count(const conv_weights *w) { return w->groups * group_panels(w->output_channels); }

static size_t packed_floats(const conv_weights *w) {
  return (size_t)w->groups * w->output_channels * w->input_channels * w->kernel[0] * w->kernel[1] * w->kernel[2];
}

static void pack(const conv_weights *w, float *packed) {
  for (int32_t group = 0; group < w->groups; group++)
    for (int32_t panel = 0; panel < group_panels(w->output_channels); panel++) {
      const int32_t first = panel_begin(w->output_channels, panel);
      const int32_t channels = panel_begin(w->output_channels, panel + 1) - first;
      const float *from = w->data + (group * (ptrdiff_t)w->output_channels + first) * w->output_stride;
      for (int32_t c = 0; c < w->input_channels; c++)
        for (int32_t kd = 0; kd < w->kernel[0]; kd++)
          for (int32_t kh = 0; kh < w->kernel[1]; kh++)
            for (int32_t kw = 0; kw < w->kernel[2]; kw++) {
              const float *tap = from + kd * w->kernel_stride[0] + kh * w->kernel_stride[1] +
                                 kw * w->kernel_stride[2] + c * w->input_stride;
              for (int32_t o = 0; o < channels; o++) *packed++ = tap[o * w->output_stride];
            }
    }
}
