// The table of kernels, and the choice by family and instruction set.
#include <string.h>

#include "CConvolution.h"

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

const conv_kernel *conv_kernel_find(const char *family, conv_isa isa) {
  const conv_kernel *found = NULL;
  for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
    if (kernels[i]->isa <= isa && strcmp(kernels[i]->family, family) == 0) found = kernels[i];
  return found;
}
