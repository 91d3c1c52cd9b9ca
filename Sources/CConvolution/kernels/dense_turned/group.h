// One group of a layer, as a layer of its own.
#pragma once

#include "../../shared/sizes.h"
#include "inner.h"

/// Panels of a group.
INLINE int32_t group_panels(const conv_problem *problem) { return INNER.panel_count(problem) / problem->groups; }

/// What a task computes of a group: the group's layer, operands and panels.
typedef struct {
  conv_problem problem;
  conv_operands image;
  conv_task task;
} group_part;

/// The part of a task that begins with a panel.
INLINE group_part group_part_of(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                                int32_t panel) {
  const int32_t panels = group_panels(problem), group = panel / panels, first_panel = group * panels;
  const int32_t channel = group * problem->output_channels;
  const ptrdiff_t output = channel * problem->y.channel;
  group_part part = {*problem, *image, *task};
  part.problem.groups = 1;
  if (problem->activation.slopes) part.problem.activation.slopes += channel;
  part.image.x += group * problem->input_channels * problem->x.channel;
  part.image.packed += group * (INNER.packed_bytes(&part.problem) / sizeof(float));
  part.image.bias += channel;
  if (image->residual) part.image.residual += output;
  part.image.y += output;
  part.task.first_panel = panel - first_panel;
  part.task.end_panel = least_of(task->end_panel - first_panel, panels);
  return part;
}
