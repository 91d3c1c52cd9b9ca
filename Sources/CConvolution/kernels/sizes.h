// Arithmetic on sizes: cutting and rounding.
#ifndef CONV_SIZES_H
#define CONV_SIZES_H

#include "CConvolution.h"

INLINE int32_t least_of(int32_t a, int32_t b) { return a < b ? a : b; }

/// Where the `index`-th of `parts` parts of `total` begins, parts differing by one at most.
INLINE int32_t part_begin(int32_t total, int32_t parts, int32_t index) {
  return (int32_t)((int64_t)total * index / parts);
}

/// Bytes up to the next cache line, on which the pieces of a workspace begin.
INLINE size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

/// The weights of all groups.
INLINE size_t weight_count(const conv_weights *w) {
  return (size_t)w->groups * w->output_channels * w->input_channels * w->kernel[0] * w->kernel[1] * w->kernel[2];
}

#endif
