// Hands a batch's tasks to the team.
#include "convolution.h"
#include "../team/team.h"
#include "task.h"

typedef struct {
  const conv_phase *phases;
  int32_t phase_count;
  const conv_operands *operands;
  const conv_task *tasks;
  int32_t task_count;
  conv_workspace workspace;
} run_context;

static void run_task(void *context, int64_t item, int32_t worker) {
  const run_context *run = context;
  const int64_t image = item / run->task_count;
  const conv_task *parts = run->tasks + item % run->task_count * run->phase_count;
  for (int32_t i = 0; i < run->phase_count; i++)
    run_part(&run->phases[i], run->operands, image, &parts[i], slice_of(run->workspace, worker));
}

void conv_run(const conv_phase *phases, int32_t phase_count, const conv_operands *operands, int64_t images,
              const conv_task *tasks, int32_t task_count, int32_t threads, conv_workspace workspace) {
  run_context context = {phases, phase_count, operands, tasks, task_count, workspace};
  team_run(threads, images * task_count, run_task, &context);
}
