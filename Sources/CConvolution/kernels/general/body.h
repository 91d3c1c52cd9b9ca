// Any layer in any layout, one output at a time. A tap that reads a zero border is left out, whatever its weight is.
// Packed weights: [output channel][tap][input channel]; a panel is one output channel.
#include "../activation.h"
#include "../plain_weights.h"
#include "../problem.h"

static int32_t panel_count(const conv_weights *w) { return w->groups * w->output_channels; }

static size_t workspace_bytes(const conv_problem *problem) {
  (void)problem;
  return 0;
}

/// Adds one tap's products to `sum`.
static float add_tap(const conv_problem *problem, const float *group, const int32_t at[3], const float *weights,
                     float sum) {
  int last_outside = -1;
  for (int axis = 0; axis < 3; axis++)
    if (at[axis] == CONV_CONSTANT) last_outside = axis;
  if (last_outside >= 0) {
    const float constant = problem->axis[last_outside].constant[0];
    if (constant != 0)
      for (int32_t c = 0; c < problem->input_channels; c++) sum += constant * weights[c];
    return sum;
  }
  const ptrdiff_t *step = problem->x.axis;
  const float *x = group + at[0] * step[0] + at[1] * step[1] + at[2] * step[2];
  for (int32_t c = 0; c < problem->input_channels; c++) sum += x[c * problem->x.channel] * weights[c];
  return sum;
}

static float sum_taps(const conv_problem *problem, const float *group, const int32_t position[3],
                      const float *weights) {
  tap_row row[3];
  for (int axis = 0; axis < 3; axis++) row[axis] = taps_of(&problem->axis[axis], position[axis]);
  float sum = 0;
  for (int32_t kd = 0; kd < problem->axis[0].kernel; kd++)
    for (int32_t kh = 0; kh < problem->axis[1].kernel; kh++)
      for (int32_t kw = 0; kw < problem->axis[2].kernel; kw++, weights += problem->input_channels)
        sum = add_tap(problem, group, (int32_t[]){tap_index(row[0], kd), tap_index(row[1], kh), tap_index(row[2], kw)},
                      weights, sum);
  return sum;
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  (void)workspace;
  const conv_activation *activation = &problem->activation;
  const ptrdiff_t taps = tap_count(problem);
  for (int32_t o = task->first_panel; o < task->end_panel; o++) {
    const float *group =
        image->x + (ptrdiff_t)(o / problem->output_channels) * problem->input_channels * problem->x.channel;
    const float *weights = image->packed + o * taps * problem->input_channels;
    int32_t position[3];
    for (position[0] = task->first[0]; position[0] < task->end[0]; position[0]++)
      for (position[1] = task->first[1]; position[1] < task->end[1]; position[1]++)
        for (position[2] = task->first[2]; position[2] < task->end[2]; position[2]++) {
          const ptrdiff_t at = o * problem->y.channel + position[0] * problem->y.axis[0] +
                               position[1] * problem->y.axis[1] + position[2] * problem->y.axis[2];
          float value = sum_taps(problem, group, position, weights) + image->bias[o];
          if (image->residual) value += image->residual[at];
          if (value < activation->minimum) value = activation->minimum;
          if (value > activation->maximum) value = activation->maximum;
          image->y[at] = value;
          activate(activation, image->y + at, 1);
        }
  }
}

const conv_kernel SIMD_NAME(conv_general) = {
    .family = "general", .isa = SIMD_ISA, .tile_pixels = 1, .tile_channels = 1,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
