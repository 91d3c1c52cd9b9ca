// What all passes ask of a task and a workspace.
#pragma once

#include "convolution.h"

static inline bool is_empty(const conv_task *task) {
  return task->first[0] >= task->end[0] || task->first[1] >= task->end[1] || task->first[2] >= task->end[2] ||
         task->first_panel >= task->end_panel;
}

typedef struct {
  int64_t image;
  int32_t task;
} run_item;

/// What the items of a run are, in order.
static inline run_item item_at(conv_batch batch, int32_t task_count, int64_t index) {
  if (batch.task_by_task) return (run_item){index % batch.images, (int32_t)(index / batch.images)};
  return (run_item){index / task_count, (int32_t)(index % task_count)};
}

/// Runs a phase's part of a task for an image of a batch.
static inline void run_part(const conv_phase *phase, const conv_operands *images, int64_t image, const conv_task *part,
                            void *workspace) {
  if (is_empty(part)) return;
  const ptrdiff_t output = image * phase->problem->y.image + phase->y;
  const conv_operands operands = {
      .x = images->x + image * phase->problem->x.image + phase->x,
      .residual = images->residual ? images->residual + output : NULL,
      .packed = phase->packed,
      .bias = images->bias,
      .y = images->y + output,
  };
  phase->kernel->run(phase->problem, &operands, part, workspace);
}

/// A worker's own slice of a workspace.
static inline char *slice_of(conv_workspace workspace, int32_t worker) {
  return (char *)workspace.memory + (size_t)worker * workspace.stride;
}
