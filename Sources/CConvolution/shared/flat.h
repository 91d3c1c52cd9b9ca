// Layers whose every output reads the one sample at its own place: their rows are gone through as one.
#pragma once

#include "problem.h"
#include "problem_part.h"

INLINE bool is_same_sample(const conv_axis *axis, int32_t first, int32_t end) {
  return axis->kernel == 1 && axis->stride == 1 && axis->before == 0 && are_inside(axis, first, end);
}

/// Whether all outputs of a task lie side by side, and so do the samples that they read.
INLINE bool is_flat(const conv_problem *problem, const conv_task *task) {
  const ptrdiff_t *x = problem->x.axis, *y = problem->y.axis;
  for (int axis = 0; axis < 3; axis++)
    if (!is_same_sample(&problem->axis[axis], task->first[axis], task->end[axis])) return false;
  const int32_t planes = task->end[0] - task->first[0], rows = task->end[1] - task->first[1];
  const int32_t columns = task->end[2] - task->first[2];
  const bool whole_rows = rows * planes == 1 || (x[1] == columns * x[2] && y[1] == columns * y[2]);
  return whole_rows && (planes == 1 || (x[0] == rows * x[1] && y[0] == rows * y[1]));
}

/// A part of a task, in a problem whose only axis is the last one.
INLINE problem_part flatten(const conv_problem *problem, const conv_operands *image, const conv_task *task) {
  static const int32_t map[1] = {0};
  static const conv_axis one = {.input = 1, .output = 1, .kernel = 1, .stride = 1, .dilation = 1, .inside_end = 1,
                                .held_end = 1, .map = map};
  problem_part part = {*problem, *image, {task->first_panel, task->end_panel, {0}, {1, 1, 1}}};
  ptrdiff_t x = 0, y = 0;
  for (int axis = 0; axis < 3; axis++) {
    x += task->first[axis] * problem->x.axis[axis];
    y += task->first[axis] * problem->y.axis[axis];
    part.task.end[2] *= task->end[axis] - task->first[axis];
    const float *constant = problem->axis[axis].constant;
    part.problem.axis[axis] = one;
    part.problem.axis[axis].constant = constant;
  }
  conv_axis *pixels = &part.problem.axis[2];
  pixels->input = pixels->output = pixels->inside_end = pixels->held_end = part.task.end[2];
  part.image.x += x;
  part.image.y += y;
  if (image->residual) part.image.residual += y;
  return part;
}
