// Blocks of outputs: rectangles of some images that are summed together.
#pragma once

#include "../shared/problem.h"
#include "../shared/sizes.h"

/// Outputs of one block: a rectangle of some images.
typedef struct {
  int64_t first_image;
  int32_t images, first[3], count[3];
} output_block;

/// How many blocks there are along the batch and each axis, and in all.
typedef struct {
  int64_t images;
  int32_t axis[3];
  int64_t count;
  int32_t unit;  ///< outputs along height, and along width, that are not cut apart
} block_cut;

INLINE int32_t axis_unit(const block_cut *cut, int axis) { return axis == 0 ? 1 : cut->unit; }

/// Units of an axis, the last of which may be less than one.
INLINE int32_t axis_units(const block_cut *cut, const conv_problem *problem, int axis) {
  return parts_of(problem->axis[axis].output, axis_unit(cut, axis));
}

/// Where the `at`-th block along an axis begins; behind the last one, the end of the axis.
INLINE int32_t block_begin_along(const block_cut *cut, const conv_problem *problem, int axis, int32_t at) {
  const int32_t unit = part_begin(axis_units(cut, problem, axis), cut->axis[axis], at);
  return least_of(unit * axis_unit(cut, axis), problem->axis[axis].output);
}

/// Inputs that so many outputs of an axis meet at most.
INLINE int32_t most_inputs(const conv_axis *axis, int32_t outputs) {
  const int64_t span = (outputs - 1) * (int64_t)axis->stride + tap_span(axis);
  const int64_t taps = (int64_t)outputs * axis->kernel, most = span < taps ? span : taps;
  return most < axis->input ? (int32_t)most : axis->input;
}

/// The largest extents that blocks have: of one image along the axes, and images.
INLINE output_block largest_block(const block_cut *cut, const conv_problem *problem, int64_t images) {
  output_block block = {.images = (int32_t)((images + cut->images - 1) / cut->images)};
  for (int axis = 0; axis < 3; axis++) {
    const int32_t most = parts_of(axis_units(cut, problem, axis), cut->axis[axis]) * axis_unit(cut, axis);
    block.count[axis] = least_of(most, problem->axis[axis].output);
  }
  return block;
}

INLINE int32_t image_pixels(const output_block *block) { return block->count[0] * block->count[1] * block->count[2]; }
INLINE int32_t block_pixels(const output_block *block) { return block->images * image_pixels(block); }

/// Input pixels of one image of a block at most.
INLINE int64_t image_inputs(const conv_problem *problem, const output_block *block) {
  int64_t inputs = 1;
  for (int axis = 0; axis < 3; axis++) inputs *= most_inputs(&problem->axis[axis], block->count[axis]);
  return inputs;
}

/// Cuts outputs into blocks of at most `pixels` outputs, or squares of `unit` outputs a side: whole rows where they are that
/// short, whole planes, and so on.
INLINE block_cut cut_blocks(const conv_problem *problem, int32_t unit, int64_t images, int32_t pixels) {
  block_cut cut = {.unit = unit};
  int32_t room = pixels;
  for (int axis = 2; axis >= 0; axis--) {
    const int32_t outputs = axis_units(&cut, problem, axis);
    cut.axis[axis] = outputs > 0 ? parts_of(outputs, room) : 1;
    room = cut.axis[axis] > 1 || outputs == 0 ? 1 : room / outputs;
  }
  cut.images = images > 0 ? (images + room - 1) / room : 1;
  cut.count = cut.images * cut.axis[0] * cut.axis[1] * cut.axis[2];
  return cut;
}

INLINE output_block block_at(const block_cut *cut, const conv_problem *problem, int64_t images, int64_t index) {
  output_block block;
  for (int axis = 2; axis >= 0; axis--) {
    const int32_t blocks = cut->axis[axis], at = (int32_t)(index % blocks);
    block.first[axis] = block_begin_along(cut, problem, axis, at);
    block.count[axis] = block_begin_along(cut, problem, axis, at + 1) - block.first[axis];
    index /= blocks;
  }
  block.first_image = images * index / cut->images;
  block.images = (int32_t)(images * (index + 1) / cut->images - block.first_image);
  return block;
}
