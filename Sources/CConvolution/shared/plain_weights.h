// Weights packed as they are: [output channel][tap][input channel].
#pragma once

#include "problem.h"

static size_t packed_bytes(const conv_problem *problem) { return weight_count(problem) * sizeof(float); }

static void pack(const conv_problem *problem, const conv_weights *w, void *packed) {
  const conv_axis *axis = problem->axis;
  float *to = packed;
  for (int32_t o = 0; o < problem->groups * problem->output_channels; o++)
    for (int32_t kd = 0; kd < axis[0].kernel; kd++)
      for (int32_t kh = 0; kh < axis[1].kernel; kh++)
        for (int32_t kw = 0; kw < axis[2].kernel; kw++)
          for (int32_t c = 0; c < problem->input_channels; c++)
            *to++ = w->data[o * w->output_stride + kd * w->kernel_stride[0] + kh * w->kernel_stride[1] +
                            kw * w->kernel_stride[2] + c * w->input_stride];
}
