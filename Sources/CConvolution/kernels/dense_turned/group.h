// One group of a layer, as a layer of its own.
#pragma once

#include "../../shared/problem_part.h"
#include "../../shared/sizes.h"
#include "inner.h"

/// Panels of a group.
INLINE int32_t group_panels(const conv_problem *problem) { return INNER.panel_count(problem) / problem->groups; }

/// What a task computes of a group from a panel of it on.
INLINE problem_part group_part_of(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                                  int32_t panel) {
  const int32_t panels = group_panels(problem), group = panel / panels, first_panel = group * panels;
  const int32_t channel = group * problem->output_channels;
  const ptrdiff_t output = channel * problem->y.channel;
  problem_part part = {*problem, *image, *task};
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
