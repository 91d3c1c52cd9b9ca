// Questions to a problem that several kernels ask.
#pragma once

#include "convolution.h"

INLINE int32_t tap_count(const conv_problem *problem) {
  return problem->axis[0].kernel * problem->axis[1].kernel * problem->axis[2].kernel;
}

/// Where a tap lies, its distances along depth, height and width being those of the weights.
INLINE ptrdiff_t tap_offset(const conv_problem *problem, const ptrdiff_t kernel_stride[3], int32_t tap) {
  const int32_t width = problem->axis[2].kernel, height = problem->axis[1].kernel;
  return tap / width / height * kernel_stride[0] + tap / width % height * kernel_stride[1] +
         tap % width * kernel_stride[2];
}

/// The weights of all groups.
INLINE size_t weight_count(const conv_problem *problem) {
  return (size_t)problem->groups * problem->output_channels * problem->input_channels * tap_count(problem);
}

/// The form of a kernel that has no other.
INLINE int32_t one_form(const conv_problem *problem, conv_form forms[CONV_MOST_FORMS]) {
  (void)problem;
  forms[0] = (conv_form){{1, 1, 1}};
  return 1;
}

/// Inputs from the first to the last tap of one output inside.
INLINE int64_t tap_span(const conv_axis *axis) { return (axis->kernel - 1) * (int64_t)axis->dilation + 1; }

/// Where the taps of one output of an axis lie: tap k at first + taps[k], or outside where that is CONV_CONSTANT.
typedef struct {
  const int32_t *taps;
  int32_t first;
} tap_row;

INLINE bool is_inside(const conv_axis *axis, int32_t output) {
  return output >= axis->inside_begin && output < axis->inside_end;
}

/// Whether all of the outputs first..<end are inside.
INLINE bool are_inside(const conv_axis *axis, int32_t first, int32_t end) {
  return first >= axis->inside_begin && end <= axis->inside_end;
}

/// Where the taps of an output that is inside begin.
INLINE int32_t first_tap(const conv_axis *axis, int32_t output) {
  return (int32_t)((int64_t)output * axis->stride - axis->before);
}

INLINE tap_row taps_of(const conv_axis *axis, int32_t output) {
  if (is_inside(axis, output)) return (tap_row){axis->map, first_tap(axis, output)};
  const int32_t row = output < axis->inside_begin ? output : output - (axis->inside_end - axis->inside_begin);
  return (tap_row){axis->map + (ptrdiff_t)(1 + row) * axis->kernel, 0};
}

/// The index that a tap reads, or CONV_CONSTANT.
INLINE int32_t tap_index(tap_row row, int32_t tap) { return row.first + row.taps[tap]; }

/// In place of an index: a sample that no output reads.
enum { UNREAD = CONV_CONSTANT - 1 };

/// Whether every border tap that reads a constant reads 0.
INLINE bool has_zero_constants(const conv_problem *problem) {
  return problem->axis[0].constant[0] == 0 && problem->axis[1].constant[0] == 0 && problem->axis[2].constant[0] == 0;
}

/// Whether some taps of an axis lie outside and read 0.
INLINE bool has_zero_border(const conv_axis *axis) {
  const int32_t others = axis->output - (axis->inside_end - axis->inside_begin);
  if (others == 0 || axis->constant[0] != 0) return false;
  const int32_t *first = axis->map + axis->kernel, *last = first + (ptrdiff_t)others * axis->kernel - 1;
  return *first == CONV_CONSTANT || *last == CONV_CONSTANT;
}

INLINE const char *type_obstacle(const conv_problem *problem) {
  return problem->type == CONV_FLOAT32 ? NULL : "samples that are not float32";
}

INLINE const char *layout_obstacle(const conv_problem *problem, conv_layout wanted) {
  if (problem->layout == wanted) return NULL;
  return problem->layout == CONV_CHANNELS_FIRST ? "channels-first memory" : "channels-last memory";
}

/// What stands in the way of every kernel that may multiply a weight by a border of zeros.
INLINE const char *common_obstacle(const conv_problem *problem) {
  if (!problem->has_finite_weights)
    for (int axis = 0; axis < 3; axis++)
      if (has_zero_border(&problem->axis[axis])) return "a weight that is not finite beside a zero border";
  return type_obstacle(problem);
}
