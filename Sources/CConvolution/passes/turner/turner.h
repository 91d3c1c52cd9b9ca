// Turns boxes of an image between its layout and the other one in the workspace.
#pragma once

#include "convolution.h"

/// Of one instruction set. `image` is where index 0 of every axis and channel would lie; `turned` holds the box alone,
/// without gaps.
typedef struct {
  /// Channels-first images, channels-last boxes.
  void (*to_last)(const float *image, const conv_strides *strides, const conv_box *box, float *turned);
  void (*to_first)(const float *turned, const conv_box *box, float *image, const conv_strides *strides);
  /// A channels-last image, a channels-first box.
  void (*last_to_first)(const float *image, const conv_strides *strides, const conv_box *box, float *turned);
} conv_turner;

extern const conv_turner conv_turner_scalar;
#ifdef __x86_64__
extern const conv_turner conv_turner_avx2, conv_turner_avx512;
#endif

static inline const conv_turner *turner_of(conv_isa isa) {
#ifdef __x86_64__
  if (isa == CONV_ISA_AVX512) return &conv_turner_avx512;
  if (isa == CONV_ISA_AVX2) return &conv_turner_avx2;
#endif
  (void)isa;
  return &conv_turner_scalar;
}
