// The table of what is done to tensors on one instruction set. Its functions are those of include/tensors.h.
#pragma once

#include "tensors.h"

typedef struct {
  void (*copy)(const conv_copy *copy, const void *from, void *to, int32_t threads);
  void (*elementwise)(const conv_elementwise *chain, const float *const *inputs, float *output, int32_t threads);
  size_t (*products_workspace_bytes)(const conv_products *products);
  void (*products)(const conv_products *products, const float *a, const float *b, float *y, int32_t threads,
                   conv_workspace workspace);
  void (*reduction)(const conv_reduction *reduction, const float *x, float *y, int32_t threads);
  void (*softmax)(bool logarithm, const float *x, float *y, int64_t outer, int64_t n, int64_t inner, int32_t threads);
} tensor_functions;
