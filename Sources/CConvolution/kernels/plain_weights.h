// Weights packed as they are: [output channel][tap][input channel].
#include "sizes.h"

static size_t packed_floats(const conv_weights *w) { return weight_count(w); }

static void pack(const conv_weights *w, float *packed) {
  for (int32_t o = 0; o < w->groups * w->output_channels; o++)
    for (int32_t kd = 0; kd < w->kernel[0]; kd++)
      for (int32_t kh = 0; kh < w->kernel[1]; kh++)
        for (int32_t kw = 0; kw < w->kernel[2]; kw++)
          for (int32_t c = 0; c < w->input_channels; c++)
            *packed++ = w->data[o * w->output_stride + kd * w->kernel_stride[0] + kh * w->kernel_stride[1] +
                                kw * w->kernel_stride[2] + c * w->input_stride];
}
