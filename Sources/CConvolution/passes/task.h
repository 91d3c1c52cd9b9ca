// What all passes ask of a task and a workspace.
#pragma once

#include "convolution.h"

static inline bool is_empty(const conv_task *task) {
  return task->first[0] >= task->end[0] || task->first[1] >= task->end[1] || task->first[2] >= task->end[2] ||
         task->first_panel >= task->end_panel;
}

/// Runs a phase's part of a task for an image of a batch.
static inline void run_part(const conv_phase *phase, const conv_operands *batch, int64_t image, const conv_task *part,
                            void *workspace) {
  if (is_empty(part)) return;
  const ptrdiff_t output = image * phase->problem->y.image + phase->y;
  const conv_operands operands = {
      .x = batch->x + image * phase->problem->x.image + phase->x,
      .residual = batch->residual ? batch->residual + output : NULL,
      .packed = phase->packed,
      .bias = batch->bias,
      .y = batch->y + output,
  };
  phase->kernel->run(phase->problem, &operands, part, workspace);
}

/// A worker's own slice of a workspace.
static inline char *slice_of(conv_workspace workspace, int32_t worker) {
  return (char *)workspace.memory + (size_t)worker * workspace.stride;
}
