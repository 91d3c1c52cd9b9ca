// Boxes of an image as they lie in the workspace, without gaps.
#pragma once

#include "convolution.h"

/// Distances within a box.
static inline conv_strides box_strides(const conv_box *box, conv_layout layout) {
  const ptrdiff_t channels = box->end_channel - box->first_channel;
  const ptrdiff_t pixel = layout == CONV_CHANNELS_LAST ? channels : 1;
  const ptrdiff_t row = (box->end[2] - box->first[2]) * pixel, plane = (box->end[1] - box->first[1]) * row;
  const ptrdiff_t volume = (box->end[0] - box->first[0]) * plane;
  return (conv_strides){.channel = layout == CONV_CHANNELS_LAST ? 1 : volume, .axis = {plane, row, pixel}};
}

/// From a box to where its image's index 0 of every axis and channel would lie.
static inline ptrdiff_t box_origin(const conv_box *box, const conv_strides *strides) {
  return -(box->first[0] * strides->axis[0] + box->first[1] * strides->axis[1] + box->first[2] * strides->axis[2] +
           box->first_channel * strides->channel);
}

/// Has a problem read a box of its input. Returns where the input's index 0 of every axis and channel would lie.
static inline const float *read_box(conv_problem *problem, const conv_box *box, const float *memory) {
  problem->x = box_strides(box, problem->layout);
  for (int a = 0; a < 3; a++) {
    problem->axis[a].held_begin = box->first[a];
    problem->axis[a].held_end = box->end[a];
  }
  return memory + box_origin(box, &problem->x);
}
