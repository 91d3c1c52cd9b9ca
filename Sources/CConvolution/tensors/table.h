// The table of what is done to tensors on one instruction set. Its functions are those of include/tensors.h.
#pragma once

#include "tensors.h"

typedef struct {
  void (*copy)(const conv_copy *copy, const void *from, void *to, int32_t threads);
  void (*elementwise)(const conv_elementwise *chain, const float *const *inputs, float *output, int32_t threads);
} tensor_functions;
