// Two layers at once, the image between them box by box in the workspace.
#include "../team/team.h"
#include "task.h"

typedef struct {
  const conv_chain *chain;
  const conv_operands *operands;
  conv_batch batch;
  const conv_task *tasks;
  int32_t task_count;
  conv_workspace workspace;
} chained_context;

static void run_task(void *context, int64_t item, int32_t worker) {
  const chained_context *run = context;
  const conv_chain *chain = run->chain;
  const run_item at = item_at(run->batch, run->task_count, item);
  const int64_t image = at.image, task = at.task;
  char *slice = slice_of(run->workspace, worker), *scratch = slice + chain->box_bytes;
  const conv_operands first = {.x = run->operands->x, .bias = chain->first_bias, .y = (float *)slice};
  conv_operands second = *run->operands;
  second.x = first.y;
  run_part(&chain->first[task], &first, image, &chain->boxes[task], scratch);
  run_part(&chain->second[task], &second, image, &run->tasks[task], scratch);
}

void conv_run_chained(const conv_chain *chain, const conv_operands *operands, conv_batch batch, const conv_task *tasks,
                      int32_t task_count, int32_t threads, conv_workspace workspace) {
  chained_context context = {chain, operands, batch, tasks, task_count, workspace};
  team_run(threads, batch.images * task_count, run_task, &context);
}
