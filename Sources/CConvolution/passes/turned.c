// Channels-last kernels in channels-first memory, one box of the image after the other.
#include "../team/team.h"
#include "task.h"
#include "turner/turner.h"

typedef struct {
  const conv_phase *phases;
  int32_t phase_count;
  const conv_turned *turned;
  const conv_operands *operands;
  const conv_task *tasks;
  int32_t task_count;
  conv_workspace workspace;
} turned_context;

static const conv_turner *turner_of(conv_isa isa) {
#ifdef __x86_64__
  if (isa == CONV_ISA_AVX512) return &conv_turner_avx512;
  if (isa == CONV_ISA_AVX2) return &conv_turner_avx2;
#endif
  (void)isa;
  return &conv_turner_scalar;
}

/// The strides of a turned box.
static conv_strides box_strides(const conv_box *box) {
  const ptrdiff_t pixel = box->end_channel - box->first_channel;
  const ptrdiff_t row = (box->end[2] - box->first[2]) * pixel, plane = (box->end[1] - box->first[1]) * row;
  return (conv_strides){.channel = 1, .axis = {plane, row, pixel}};
}

/// From a turned box to where its image's index 0 of every axis and channel would lie.
static ptrdiff_t box_origin(const conv_box *box, const conv_strides *strides) {
  return -(box->first[0] * strides->axis[0] + box->first[1] * strides->axis[1] + box->first[2] * strides->axis[2] +
           box->first_channel);
}

/// Runs a phase's part of a task on the boxes in the workspace.
static void run_phase(const turned_context *run, const conv_phase *phase, const conv_task *part,
                      const conv_box *input_box, const conv_box *output_box, float *input, float *output,
                      void *workspace) {
  conv_problem problem = *phase->problem;
  problem.x = box_strides(input_box);
  problem.y = box_strides(output_box);
  float *y = output + box_origin(output_box, &problem.y);
  for (int a = 0; a < 3; a++) {
    problem.axis[a].held_begin = input_box->first[a];
    problem.axis[a].held_end = input_box->end[a];
    y += phase->first[a] * problem.y.axis[a];
    problem.y.axis[a] *= phase->step[a];
  }
  const conv_operands operands = {
      .x = input + box_origin(input_box, &problem.x),
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
  const int64_t image = item / run->task_count, task = item % run->task_count;
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
                     const conv_operands *operands, int64_t images, const conv_task *tasks, int32_t task_count,
                     int32_t threads, conv_workspace workspace) {
  turned_context context = {phases, phase_count, turned, operands, tasks, task_count, workspace};
  team_run(threads, images * task_count, run_task, &context);
}
