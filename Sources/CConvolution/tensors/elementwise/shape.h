// The axes of a chain, as few as its inputs allow, and how blocks are cut from them.
#pragma once

#include <string.h>

#include "tensors.h"

/// Extents of 1 are gone; neighbours that every input goes through alike are one.
typedef struct {
  int32_t axes, inputs;
  int64_t extent[CONV_MOST_AXES];
  int64_t stride[CONV_MOST_INPUTS][CONV_MOST_AXES];
} chain_shape;

INLINE bool continues_last_axis(const chain_shape *shape, const conv_elementwise *chain, int axis) {
  if (shape->axes == 0) return false;
  for (int i = 0; i < shape->inputs; i++)
    if (shape->stride[i][shape->axes - 1] != chain->stride[i][axis] * chain->extent[axis]) return false;
  return true;
}

INLINE chain_shape shape_of(const conv_elementwise *chain) {
  chain_shape shape = {.inputs = chain->inputs};
  for (int axis = 0; axis < chain->axes; axis++) {
    const int64_t extent = chain->extent[axis];
    if (extent == 1) continue;
    const bool merged = continues_last_axis(&shape, chain, axis);
    const int at = merged ? shape.axes - 1 : shape.axes++;
    shape.extent[at] = merged ? shape.extent[at] * extent : extent;
    for (int i = 0; i < shape.inputs; i++) shape.stride[i][at] = chain->stride[i][axis];
  }
  if (shape.axes == 0) {
    shape.axes = shape.extent[0] = 1;
    for (int i = 0; i < shape.inputs; i++) shape.stride[i][0] = 1;
  }
  return shape;
}

/// A block is `most` indices of one axis, with all of the axes behind it.
typedef struct {
  int32_t axis;
  int64_t inner;          ///< elements of one such index
  int64_t most;
  int64_t parts, blocks;  ///< of the axis, and of all
} chain_blocks;

INLINE chain_blocks blocks_of(const chain_shape *shape, int64_t most_elements) {
  chain_blocks blocks = {.axis = shape->axes - 1, .inner = 1, .blocks = 1};
  while (blocks.axis > 0 && blocks.inner * shape->extent[blocks.axis] <= most_elements)
    blocks.inner *= shape->extent[blocks.axis--];
  const int64_t extent = shape->extent[blocks.axis];
  blocks.most = most_elements / blocks.inner;
  if (blocks.most > extent) blocks.most = extent;
  if (blocks.most > 0) blocks.parts = (extent + blocks.most - 1) / blocks.most;
  for (int axis = 0; axis < blocks.axis; axis++) blocks.blocks *= shape->extent[axis];
  blocks.blocks *= blocks.parts;
  return blocks;
}

/// Whether the elements of a block of an input lie one behind the other.
INLINE bool is_dense(const chain_shape *shape, const chain_blocks *blocks, int input) {
  int64_t next = 1;
  for (int axis = shape->axes - 1; axis >= blocks->axis; axis--) {
    if (shape->stride[input][axis] != next) return false;
    next *= shape->extent[axis];
  }
  return true;
}

/// Writes `count` indices of an axis of an input, with all of the axes behind it, one behind the other. Returns the end.
static float *expand(const chain_shape *shape, int input, int axis, int64_t count, const float *from, float *to) {
  const int64_t stride = shape->stride[input][axis];
  if (axis == shape->axes - 1) {
    if (stride == 1)
      memcpy(to, from, count * sizeof(float));
    else
      for (int64_t i = 0; i < count; i++) to[i] = from[i * stride];
    return to + count;
  }
  float *const first = to;
  for (int64_t i = 0; i < count; i++) {
    if (stride == 0 && i > 0) {
      const int64_t inner = (to - first) / i;
      memcpy(to, first, inner * sizeof(float));
      to += inner;
    } else {
      to = expand(shape, input, axis + 1, shape->extent[axis + 1], from + i * stride, to);
    }
  }
  return to;
}
