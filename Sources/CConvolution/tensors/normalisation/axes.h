// The axes of a normalisation: as few as x, scale and bias allow, apart by whether statistics are taken over them.
#pragma once

#include "../reduction/axes.h"
#include "tensors.h"

/// Of an element in x, scale and bias; or the strides of an axis.
typedef struct {
  int64_t x, scale, bias;
} element_place;

typedef struct {
  int32_t axes;
  int64_t extent[CONV_MOST_AXES];
  element_place stride[CONV_MOST_AXES];
} element_axes;

INLINE element_place element_at(const element_axes *all, int64_t index) {
  element_place place = {0};
  for (int axis = all->axes - 1; axis >= 0; axis--) {
    const int64_t at = index % all->extent[axis];
    index /= all->extent[axis];
    place.x += at * all->stride[axis].x;
    place.scale += at * all->stride[axis].scale;
    place.bias += at * all->stride[axis].bias;
  }
  return place;
}

INLINE element_place sum_of_places(element_place a, element_place b) {
  return (element_place){a.x + b.x, a.scale + b.scale, a.bias + b.bias};
}

/// The same with neighbours made one that are alike.
INLINE conv_normalisation merged_normalisation(const conv_normalisation *n) {
  conv_normalisation merged = {.epsilon = n->epsilon};
  for (int axis = 0; axis < n->axes; axis++) {
    const int64_t extent = n->extent[axis];
    if (extent == 1) continue;
    const int last = merged.axes - 1;
    const bool joins = last >= 0 && merged.reduced[last] == n->reduced[axis] &&
                       merged.scale[last] == n->scale[axis] * extent && merged.bias[last] == n->bias[axis] * extent;
    const int at = joins ? last : merged.axes++;
    merged.extent[at] = joins ? merged.extent[at] * extent : extent;
    merged.reduced[at] = n->reduced[axis];
    merged.scale[at] = n->scale[axis];
    merged.bias[at] = n->bias[axis];
  }
  return merged;
}

/// The axes before the last one that are reduced, or that are not.
INLINE element_axes outer_axes(const conv_normalisation *n, bool reduced) {
  element_axes all = {0};
  for (int axis = 0; axis < n->axes - 1; axis++) {
    if (n->reduced[axis] != reduced) continue;
    all.extent[all.axes] = n->extent[axis];
    all.stride[all.axes++] = (element_place){elements_of(n->extent + axis + 1, n->axes - axis - 1), n->scale[axis],
                                             n->bias[axis]};
  }
  return all;
}
