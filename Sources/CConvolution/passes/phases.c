// Hands a batch's tasks to the team.
#include "convolution.h"
#include "../team/team.h"
#include "task.h"

typedef struct {
  const conv_phase *phases;
  int32_t phase_count;
  const conv_operands *operands;
  conv_batch batch;
  const conv_task *tasks;
  int32_t task_count;
  conv_workspace workspace;
} run_context;

static void run_task(void *context, int64_t item, int32_t worker) {
  const run_context *run = context;
  const run_item at = item_at(run->batch, run->task_count, item);
  const conv_task *parts = run->tasks + (ptrdiff_t)at.task * run->phase_count;
  for (int32_t i = 0; i < run->phase_count; i++)
    run_part(&run->phases[i], run->operands, at.image, &parts[i], slice_of(run->workspace, worker));
}

void conv_run(const conv_phase *phases, int32_t phase_count, const conv_operands *operands, conv_batch batch,
              const conv_task *tasks, int32_t task_count, int32_t threads, conv_workspace workspace) {
  run_context context = {phases, phase_count, operands, batch, tasks, task_count, workspace};
  team_run(threads, batch.images * task_count, run_task, &context);
}
