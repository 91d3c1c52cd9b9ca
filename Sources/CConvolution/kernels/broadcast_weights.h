// Weights of even panels packed for broadcasts: [panel][input channel][tap][output channel].
#include "even_panels.h"

static size_t packed_floats(const conv_weights *w) { return weight_count(w); }

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
