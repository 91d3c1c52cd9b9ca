// Hands a batch's tasks to the team.
#include "CConvolution.h"
#include "team.h"

typedef struct {
  const conv_kernel *kernel;
  const conv_problem *problem;
  const conv_operands *operands;
  const conv_task *tasks;
  int32_t task_count;
  char *workspace;
  size_t workspace_stride;
} run_context;

static void run_task(void *context, int64_t item, int32_t worker) {
  const run_context *run = context;
  const conv_operands *batch = run->operands;
  const int64_t image = item / run->task_count;
  const ptrdiff_t output = image * run->problem->y.image;
  const conv_operands operands = {
      .x = batch->x + image * run->problem->x.image,
      .residual = batch->residual ? batch->residual + output : NULL,
      .packed = batch->packed,
      .bias = batch->bias,
      .y = batch->y + output,
  };
  run->kernel->run(run->problem, &operands, &run->tasks[item % run->task_count],
                   run->workspace + (size_t)worker * run->workspace_stride);
}

void conv_run(const conv_kernel *kernel, const conv_problem *problem, const conv_operands *operands, int64_t images,
              const conv_task *tasks, int32_t task_count, int32_t threads, void *workspace, size_t workspace_stride) {
  run_context context = {kernel, problem, operands, tasks, task_count, workspace, workspace_stride};
  team_run(threads, images * task_count, run_task, &context);
}
