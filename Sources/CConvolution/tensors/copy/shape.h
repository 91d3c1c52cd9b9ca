// The axes of a copy in the order in which its destination lies, as few as there can be.
#pragma once

#include <stdlib.h>

#include "tensors.h"

/// Places are in elements.
typedef struct {
  int64_t extent, from, to;
} copy_axis;

/// The last two axes are what is copied at a time, rows and columns; those before them are gone through.
typedef struct {
  int32_t outer;
  copy_axis axis[CONV_MOST_AXES + 2];
  copy_axis rows, columns;
} copy_shape;

/// Whether the elements of `outer` follow those of `inner` without a gap in both places.
INLINE bool follows(const copy_axis *outer, const copy_axis *inner) {
  return outer->from == inner->from * inner->extent && outer->to == inner->to * inner->extent;
}

/// Axes longer than 1, the one with the largest steps in the destination first, merged where they can be.
INLINE int32_t sorted_axes(const conv_copy *copy, copy_axis axes[CONV_MOST_AXES]) {
  int32_t count = 0;
  for (int i = 0; i < copy->axes; i++) {
    const copy_axis axis = {copy->extent[i], copy->from[i], copy->to[i]};
    if (axis.extent == 1) continue;
    int at = count++;
    for (; at > 0 && llabs(axes[at - 1].to) < llabs(axis.to); at--) axes[at] = axes[at - 1];
    axes[at] = axis;
  }
  int32_t merged = 0;
  for (int i = 0; i < count; i++) {
    const bool joins = merged > 0 && follows(&axes[merged - 1], &axes[i]);
    const int64_t extent = joins ? axes[merged - 1].extent * axes[i].extent : axes[i].extent;
    if (!joins) merged++;
    axes[merged - 1] = (copy_axis){extent, axes[i].from, axes[i].to};
  }
  return merged;
}

/// Columns are what lies closest in the destination, rows what comes next; but if the columns are scattered at the
/// source and another axis is side by side there, that one is the rows: a transposition.
INLINE copy_shape shape_of_copy(const conv_copy *copy) {
  const copy_axis one = {.extent = 1, .from = 1, .to = 1};
  copy_shape shape = {.rows = one, .columns = one};
  shape.outer = sorted_axes(copy, shape.axis);
  if (shape.outer > 0) shape.columns = shape.axis[--shape.outer];
  int rows = shape.outer - 1;
  if (shape.columns.from != 1)
    for (int i = 0; i < shape.outer; i++)
      if (shape.axis[i].from == 1) rows = i;
  if (rows < 0) return shape;
  shape.rows = shape.axis[rows];
  shape.outer--;
  for (int i = rows; i < shape.outer; i++) shape.axis[i] = shape.axis[i + 1];
  return shape;
}
