// Hands every function of tensors.h to the instruction set asked for.
#include "../simd/inline.h"
#include "../shared/sizes.h"
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

size_t conv_products_workspace_bytes(conv_isa isa, const conv_products *products) {
  return of(isa)->products_workspace_bytes(products);
}

void conv_run_products(conv_isa isa, const conv_products *products, const float *a, const float *b, float *y,
                       int32_t threads, conv_workspace workspace) {
  of(isa)->products(products, a, b, y, threads, workspace);
}

void conv_run_reduction(conv_isa isa, const conv_reduction *reduction, const float *x, float *y, int32_t threads) {
  of(isa)->reduction(reduction, x, y, threads);
}

void conv_run_softmax(conv_isa isa, bool logarithm, const float *x, float *y, int64_t outer, int64_t n, int64_t inner,
                      int32_t threads) {
  of(isa)->softmax(logarithm, x, y, outer, n, inner, threads);
}

void conv_run_resampling(conv_isa isa, const conv_resampling *resampling, const float *x, float *y, int32_t threads) {
  of(isa)->resampling(resampling, x, y, threads);
}

/// Enough for every instruction set: a row that the first axis has been taken to, and the second one's taps.
size_t conv_resampling_workspace_bytes(const conv_resampling *height, const conv_resampling *width) {
  (void)height;
  return rounded(width->n * width->inner * sizeof(float)) +
         rounded((width->outputs + MOST_LANES) * width->taps * LANE_TAP_BYTES);
}

void conv_run_resampling_2d(conv_isa isa, const conv_resampling *height, const conv_resampling *width, const float *x,
                            float *y, int32_t threads, conv_workspace workspace) {
  of(isa)->resampling_2d(height, width, x, y, threads, workspace);
}
