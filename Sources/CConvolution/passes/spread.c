// Kernels whose outputs are not side by side in the image: each phase computes a task's in the workspace, and they are
// spread over its rows from there. Channels-first kernels do so for channels-last images too, whose input is turned.
#include "../team/team.h"
#include "box.h"
#include "spread_box.h"
#include "task.h"
#include "turner/turner.h"

typedef struct {
  const conv_phase *phases;
  int32_t phase_count;
  const conv_turned *turned;
  const conv_spread *spread;
  const conv_operands *operands;
  conv_batch batch;
  const conv_task *tasks;
  int32_t task_count;
  conv_workspace workspace;
} spread_context;

/// Runs a phase's part of a task; `input` is what of the image has been turned to `input_box`, or NULL.
static void run_phase(const spread_context *run, const conv_phase *phase, int64_t image, const conv_task *part,
                      const conv_box *input_box, const float *input, float *outputs, void *workspace) {
  conv_problem problem = *phase->problem;
  const float *x = input ? read_box(&problem, input_box, input)
                         : run->operands->x + image * problem.x.image + phase->x;
  const spread_box box = spread_box_of(run->spread, phase, part);
  const ptrdiff_t corner = image * problem.y.image + phase->y;
  problem.y = box.samples;
  float *y = outputs + spread_box_origin(&box);
  const conv_operands operands = {
      .x = x,
      .residual = run->operands->residual ? y : NULL,
      .packed = phase->packed,
      .bias = run->operands->bias,
      .y = y,
  };
  // A residual is gathered into the place of the outputs that it is added to.
  if (run->operands->residual) copy_box(&box, y, run->operands->residual + corner, false);
  phase->kernel->run(&problem, &operands, part, workspace);
  copy_box(&box, run->operands->y + corner, y, true);
}

static void run_task(void *context, int64_t item, int32_t worker) {
  const spread_context *run = context;
  const conv_turned *turned = run->turned;
  const run_item at = item_at(run->batch, run->task_count, item);
  const int64_t image = at.image, task = at.task;
  const conv_task *parts = run->tasks + task * run->phase_count;
  const conv_box *box = turned ? &turned->inputs[task] : NULL;
  char *slice = slice_of(run->workspace, worker);
  float *outputs = (float *)(slice + (turned ? turned->input_bytes : 0));
  if (turned)
    turner_of(run->phases[0].kernel->isa)
        ->last_to_first(run->operands->x + image * turned->x.image + turned->x_offset, &turned->x, box, (float *)slice);
  for (int32_t i = 0; i < run->phase_count; i++)
    if (!is_empty(&parts[i]))
      run_phase(run, &run->phases[i], image, &parts[i], box, turned ? (float *)slice : NULL, outputs,
                (char *)outputs + run->spread->box_bytes);
}

void conv_run_spread(const conv_phase *phases, int32_t phase_count, const conv_turned *turned, const conv_spread *spread,
                     const conv_operands *operands, conv_batch batch, const conv_task *tasks, int32_t task_count,
                     int32_t threads, conv_workspace workspace) {
  spread_context context = {phases, phase_count, turned, spread, operands, batch, tasks, task_count, workspace};
  team_run(threads, batch.images * task_count, run_task, &context);
}
