// What both sides of the boundary must agree on. They are compiled apart, and a build may leave one of them behind.
#ifndef CCONVOLUTION_ABI_H
#define CCONVOLUTION_ABI_H

#include "convolution.h"
#include "gradients.h"
#include "pooling.h"
#include "tensors.h"

/// Goes up where a structure or function changes its meaning and no size.
enum { CONV_ABI_VERSION = 1 };

#define CONV_STRUCTURES(OF)                                                                                     \
  OF(conv_problem) OF(conv_weights) OF(conv_task) OF(conv_operands) OF(conv_kernel) OF(conv_phase)              \
  OF(conv_batch) OF(conv_workspace) OF(conv_turned) OF(conv_chain) OF(conv_gradients) OF(conv_pool) OF(conv_pool_operands)     \
  OF(conv_unpooling) OF(conv_copy) OF(conv_elementwise) OF(conv_reduction) OF(conv_normalisation)               \
  OF(conv_products) OF(conv_resampling) OF(conv_recurrent)

enum { CONV_STRUCTURE_COUNT = 21 };

typedef struct {
  uint32_t version;
  uint32_t bytes[CONV_STRUCTURE_COUNT];  ///< of each structure
} conv_abi;

/// That of whoever calls, as the headers have it.
static inline conv_abi conv_abi_of_caller(void) {
#define CONV_BYTES(structure) sizeof(structure),
  return (conv_abi){CONV_ABI_VERSION, {CONV_STRUCTURES(CONV_BYTES)}};
#undef CONV_BYTES
}

/// The first thing that the library has otherwise: "version", or a structure's name; NULL: there is none.
const char *conv_abi_difference(const conv_abi *caller);

#endif
