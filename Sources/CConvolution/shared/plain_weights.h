// Weights packed as they are: [output channel][tap][input channel].
#pragma once

#include "problem.h"

static int32_t panel_channel(const conv_problem *problem, int32_t panel);

static size_t packed_bytes(const conv_problem *problem) { return weight_count(problem) * sizeof(float); }

static void pack(const conv_problem *problem, const conv_weights *w, int32_t first_panel, int32_t end_panel,
                 void *packed) {
  const conv_axis *axis = problem->axis;
  const int32_t first = panel_channel(problem, first_panel), end = panel_channel(problem, end_panel);
  float *to = (float *)packed + (ptrdiff_t)first * tap_count(problem) * problem->input_channels;
  for (int32_t o = first; o < end; o++)
    for (int32_t kd = 0; kd < axis[0].kernel; kd++)
      for (int32_t kh = 0; kh < axis[1].kernel; kh++)
        for (int32_t kw = 0; kw < axis[2].kernel; kw++)
          for (int32_t c = 0; c < problem->input_channels; c++)
            *to++ = w->data[o * w->output_stride + kd * w->kernel_stride[0] + kh * w->kernel_stride[1] +
                            kw * w->kernel_stride[2] + c * w->input_stride];
}
