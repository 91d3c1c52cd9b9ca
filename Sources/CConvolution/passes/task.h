// What all passes ask of a task and a workspace.
#pragma once

#include "CConvolution.h"

static inline bool is_empty(const conv_task *task) {
  return task->first[0] >= task->end[0] || task->first[1] >= task->end[1] || task->first[2] >= task->end[2] ||
         task->first_panel >= task->end_panel;
}

/// A worker's own slice of a workspace.
static inline char *slice_of(conv_workspace workspace, int32_t worker) {
  return (char *)workspace.memory + (size_t)worker * workspace.stride;
}
