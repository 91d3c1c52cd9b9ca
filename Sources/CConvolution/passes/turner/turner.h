// Turns boxes of an image between channels-first memory and channels-last in the workspace.
#pragma once

#include "convolution.h"

/// Of one instruction set. `image` is where index 0 of every axis and channel would lie; `turned` holds the box alone,
/// pixel after pixel.
typedef struct {
  void (*to_last)(const float *image, const conv_strides *strides, const conv_box *box, float *turned);
  void (*to_first)(const float *turned, const conv_box *box, float *image, const conv_strides *strides);
} conv_turner;

extern const conv_turner conv_turner_scalar;
#ifdef __x86_64__
extern const conv_turner conv_turner_avx2, conv_turner_avx512;
#endif
