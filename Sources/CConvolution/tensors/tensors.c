// Hands every function of tensors.h to the instruction set asked for.
#include "table.h"

#define TENSORS(isa) extern const tensor_functions tensor_functions_##isa;
#include "tensors.inc"
#undef TENSORS

static const tensor_functions *const tables[] = {
#define TENSORS(isa) &tensor_functions_##isa,
#include "tensors.inc"
#undef TENSORS
};

static const tensor_functions *of(conv_isa isa) {
  const int last = sizeof tables / sizeof *tables - 1;
  return tables[(int)isa < last ? (int)isa : last];
}

void conv_run_copy(conv_isa isa, const conv_copy *copy, const void *from, void *to, int32_t threads) {
  of(isa)->copy(copy, from, to, threads);
}

void conv_run_elementwise(conv_isa isa, const conv_elementwise *chain, const float *const *inputs, float *output,
                          int32_t threads) {
  of(isa)->elementwise(chain, inputs, output, threads);
}
