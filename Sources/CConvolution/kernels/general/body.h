// Any layer in any layout, one output at a time. A tap that reads a zero border is left out, whatever its weight is.
// Packed weights: [output channel][tap][input channel]; a panel is one output channel.
#include "../../shared/finish.h"
#include "../../shared/plain_weights.h"
#include "../../shared/work.h"

static int32_t panel_count(const conv_problem *problem) { return problem->groups * problem->output_channels; }

static int32_t panel_channel(const conv_problem *problem, int32_t panel) {
  (void)problem;
  return panel;
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
  const output_bounds bounds = bounds_of(&problem->activation);
  const ptrdiff_t filter = (ptrdiff_t)tap_count(problem) * problem->input_channels;
  for (int32_t o = task->first_panel; o < task->end_panel; o++) {
    const float *group =
        image->x + (ptrdiff_t)(o / problem->output_channels) * problem->input_channels * problem->x.channel;
    int32_t position[3];
    for (position[0] = task->first[0]; position[0] < task->end[0]; position[0]++)
      for (position[1] = task->first[1]; position[1] < task->end[1]; position[1]++)
        for (position[2] = task->first[2]; position[2] < task->end[2]; position[2]++) {
          const ptrdiff_t at = o * problem->y.channel + position[0] * problem->y.axis[0] +
                               position[1] * problem->y.axis[1] + position[2] * problem->y.axis[2];
          const float sum = sum_taps(problem, group, position, image->packed + o * filter);
          store_output(bounds, v_set(sum), v_set(image->bias[o]), image->residual ? image->residual + at : NULL,
                       image->y + at, false, v_first(1));
          activate(&problem->activation, (output_channels){o, false}, image->y + at, 1);
        }
  }
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const double panels = task->end_panel - task->first_panel, outputs = panels * task_outputs(task);
  double products = outputs * problem->input_channels, inputs = sizeof(float) * problem->input_channels;
  for (int a = 0; a < 3; a++) products *= problem->axis[a].kernel * share_of_taps(&problem->axis[a]);
  inputs *= task_groups(task, problem->output_channels) * task_inputs(problem, task);
  conv_work work = {.count[CONV_TASKS] = 1};
  add_work(&work, CONV_MULTIPLY_ADDS, products);
  add_work(&work, CONV_STEPS, products);
  add_work(&work, CONV_LOADS, 2 * products);
  add_work(&work, CONV_TILES, outputs);
  add_work(&work, CONV_LOOKUPS, outputs * tap_count(problem));
  add_work(&work, CONV_STORES, outputs);
  // One output after the other, of one panel after the other.
  add_image_traffic(&work, problem, inputs + sizeof(float) * outputs, packed_bytes(problem));
  add_traffic(&work, problem, (panels - 1) * inputs, inputs);
  return work;
}

static conv_grain grain(const conv_problem *problem) {
  (void)problem;
  return (conv_grain){{1, 1, 1}, 1, 1, 1};
}

static size_t workspace_bytes(const conv_problem *problem) {
  (void)problem;
  return 0;
}

const conv_kernel SIMD_NAME(conv_general) = {
    .family = "general", .algorithm = "general", .isa = SIMD_ISA, .lanes = LANES, .obstacle = type_obstacle,
    .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel, .packed_bytes = packed_bytes,
    .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
