// Channels-last kernels in channels-first memory, one box of the image after the other.
#include "../team/team.h"
#include "box.h"
#include "task.h"
#include "turner/turner.h"

typedef struct {
  const conv_phase *phases;
  int32_t phase_count;
  const conv_turned *turned;
  const conv_operands *operands;
  conv_batch batch;
  const conv_task *tasks;
  int32_t task_count;
  conv_workspace workspace;
} turned_context;

/// Runs a phase's part of a task on the boxes in the workspace.
static void run_phase(const turned_context *run, const conv_phase *phase, const conv_task *part,
                      const conv_box *input_box, const conv_box *output_box, float *input, float *output,
                      void *workspace) {
  conv_problem problem = *phase->problem;
  const float *x = read_box(&problem, input_box, input);
  problem.y = box_strides(output_box, CONV_CHANNELS_LAST);
  float *y = output + box_origin(output_box, &problem.y);
  for (int a = 0; a < 3; a++) {
    y += phase->first[a] * problem.y.axis[a];
    problem.y.axis[a] *= phase->step[a];
  }
  const conv_operands operands = {
      .x = x,
      .residual = run->operands->residual ? y : NULL,
      .packed = phase->packed,
      .bias = run->operands->bias,
      .y = y,
  };
  phase->kernel->run(&problem, &operands, part, workspace);
}

static void run_task(void *context, int64_t item, int32_t worker) {
  const turned_context *run = context;
  const conv_turned *turned = run->turned;
  const conv_turner *turner = turner_of(run->phases[0].kernel->isa);
  const run_item at = item_at(run->batch, run->task_count, item);
  const int64_t image = at.image, task = at.task;
  const conv_box *inputs = &turned->inputs[task], *outputs = &turned->outputs[task];
  const ptrdiff_t to_output = image * turned->y.image + turned->y_offset;
  char *slice = slice_of(run->workspace, worker);
  float *input = (float *)slice, *output = (float *)(slice + turned->input_bytes);

  turner->to_last(run->operands->x + image * turned->x.image + turned->x_offset, &turned->x, inputs, input);
  // A residual is turned into the place of the outputs that it is added to.
  if (run->operands->residual) turner->to_last(run->operands->residual + to_output, &turned->y, outputs, output);
  for (int32_t i = 0; i < run->phase_count; i++) {
    const conv_task *part = &run->tasks[task * run->phase_count + i];
    if (!is_empty(part))
      run_phase(run, &run->phases[i], part, inputs, outputs, input, output,
                slice + turned->input_bytes + turned->output_bytes);
  }
  turner->to_first(output, outputs, run->operands->y + to_output, &turned->y);
}

void conv_run_turned(const conv_phase *phases, int32_t phase_count, const conv_turned *turned,
                     const conv_operands *operands, conv_batch batch, const conv_task *tasks, int32_t task_count,
                     int32_t threads, conv_workspace workspace) {
  turned_context context = {phases, phase_count, turned, operands, batch, tasks, task_count, workspace};
  team_run(threads, batch.images * task_count, run_task, &context);
}
