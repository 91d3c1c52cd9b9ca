// Weights that lie anyhow, laid out as kernels pack them.
#include "convolution.h"

void conv_arrange_weights(const conv_problem *problem, const conv_weights *weights, float *to) {
  const conv_axis *axis = problem->axis;
  const ptrdiff_t *step = weights->kernel_stride;
  for (int32_t o = 0; o < problem->output_channels; o++)
    for (int32_t c = 0; c < problem->input_channels; c++) {
      const float *taps = weights->data + o * weights->output_stride + c * weights->input_stride;
      for (int32_t kd = 0; kd < axis[0].kernel; kd++)
        for (int32_t kh = 0; kh < axis[1].kernel; kh++)
          for (int32_t kw = 0; kw < axis[2].kernel; kw++) *to++ = taps[kd * step[0] + kh * step[1] + kw * step[2]];
    }
}
