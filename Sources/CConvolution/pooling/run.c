// Hands a batch's tasks of a pool to the team.
#include "../team/team.h"
#include "pool_task.h"

static pool_task *const tasks_of_isa[] = {
    [CONV_ISA_SCALAR] = conv_pool_task_scalar,
#ifdef __x86_64__
    [CONV_ISA_AVX2] = conv_pool_task_avx2,
    [CONV_ISA_AVX512] = conv_pool_task_avx512,
#endif
};

typedef struct {
  pool_task *run;
  const conv_pool *pool;
  const conv_pool_operands *operands;
  const conv_task *tasks;
  int32_t task_count;
} pool_context;

static void run_task(void *context, int64_t item, int32_t worker) {
  (void)worker;
  const pool_context *run = context;
  const conv_pool *pool = run->pool;
  const int64_t image = item / run->task_count, output = image * pool->y.image;
  const conv_pool_operands operands = {
      .x = run->operands->x + image * pool->x.image,
      .y = run->operands->y + output,
      .indices = run->operands->indices ? run->operands->indices + output : NULL,
  };
  int64_t samples = pool->channels;
  for (int a = 0; a < 3; a++) samples *= pool->axis[a].input;
  run->run(pool, &operands, image * samples, &run->tasks[item % run->task_count]);
}

void conv_pool_run(conv_isa isa, const conv_pool *pool, const conv_pool_operands *operands, int64_t images,
                   const conv_task *tasks, int32_t task_count, int32_t threads) {
  pool_context context = {tasks_of_isa[isa], pool, operands, tasks, task_count};
  team_run(threads, images * task_count, run_task, &context);
}
