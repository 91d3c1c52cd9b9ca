// The table of kernels.
#include "convolution.h"

#define KERNEL(family, isa) extern const conv_kernel conv_##family##_##isa;
#include "kernels.inc"
#undef KERNEL

static const conv_kernel *const kernels[] = {
#define KERNEL(family, isa) &conv_##family##_##isa,
#include "kernels.inc"
#undef KERNEL
};

const conv_kernel *const *conv_kernels(int32_t *count) {
  *count = sizeof kernels / sizeof *kernels;
  return kernels;
}
