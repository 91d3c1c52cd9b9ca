// The table of what is done to tensors on one instruction set. Its functions are those of include/tensors.h.
#pragma once

#include "tensors.h"

enum {
  /// Lanes of a vector at most.
  MOST_LANES = 16,
  /// Of what is kept of a tap in resampling, for each output in a vector's lane.
  LANE_TAP_BYTES = 12,
};

typedef struct {
  void (*copy)(const conv_copy *copy, const void *from, void *to, int32_t threads);
  void (*elementwise)(const conv_elementwise *chain, const float *const *inputs, float *output, int32_t threads);
  size_t (*products_workspace_bytes)(const conv_products *products);
  void (*products)(const conv_products *products, const float *a, const float *b, float *y, int32_t threads,
                   conv_workspace workspace);
  void (*reduction)(const conv_reduction *reduction, const float *x, float *y, int32_t threads);
  void (*softmax)(bool logarithm, const float *x, float *y, int64_t outer, int64_t n, int64_t inner, int32_t threads);
  void (*resampling)(const conv_resampling *resampling, const float *x, float *y, int32_t threads);
  void (*resampling_2d)(const conv_resampling *height, const conv_resampling *width, const float *x, float *y,
                        int32_t threads, conv_workspace workspace);
} tensor_functions;
