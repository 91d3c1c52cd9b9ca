// The places of values that are reduced to one output: runs of values side by side, or rows of them.
#pragma once

#include "../cut.h"
#include "tensors.h"

/// Axes of one kind, with their strides in x.
typedef struct {
  int32_t axes;
  int64_t extent[CONV_MOST_AXES], stride[CONV_MOST_AXES];
} axis_group;

INLINE int64_t count_of(const axis_group *group) { return elements_of(group->extent, group->axes); }

/// Where the index-th of a group lies, its last axis being innermost.
INLINE int64_t place_of(const axis_group *group, int64_t index) {
  if (group->axes == 1) return index * group->stride[0];
  int64_t place = 0;
  for (int axis = group->axes - 1; axis >= 0; axis--) {
    place += index % group->extent[axis] * group->stride[axis];
    index /= group->extent[axis];
  }
  return place;
}

INLINE void add_axis(axis_group *group, int64_t extent, int64_t stride) {
  if (extent == 1) return;
  const int last = group->axes - 1;
  if (last >= 0 && group->stride[last] == stride * extent) {
    group->extent[last] *= extent;
    group->stride[last] = stride;
    return;
  }
  group->extent[group->axes] = extent;
  group->stride[group->axes++] = stride;
}

/// Dense axes apart by whether they are reduced. What lies side by side in x, the last axis, is `inner`, kept or
/// reduced, and in neither group.
typedef struct {
  axis_group kept, reduced;
  int64_t inner;
  bool inner_is_reduced;
} reduction_axes;

INLINE reduction_axes axes_of(int32_t axes, const int64_t *extent, const bool *is_reduced) {
  while (axes > 1 && extent[axes - 1] == 1) axes--;
  reduction_axes all = {.inner = 1, .inner_is_reduced = true};
  if (axes == 0) return all;
  all.inner_is_reduced = is_reduced[axes - 1];
  all.inner = extent[axes - 1];
  for (int axis = 0; axis < axes - 1; axis++)
    add_axis(is_reduced[axis] ? &all.reduced : &all.kept, extent[axis], elements_of(extent + axis + 1, axes - axis - 1));
  return all;
}
