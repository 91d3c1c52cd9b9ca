// The table of gradients.
#include "gradients.h"

#define GRADIENTS(isa) extern const conv_gradients conv_gradients_##isa;
#include "gradients.inc"
#undef GRADIENTS

static const conv_gradients *const tables[] = {
#define GRADIENTS(isa) &conv_gradients_##isa,
#include "gradients.inc"
#undef GRADIENTS
};

const conv_gradients *conv_gradients_of(conv_isa isa) {
  const int last = sizeof tables / sizeof *tables - 1;
  return tables[(int)isa < last ? (int)isa : last];
}

conv_gradient_source conv_gradient_source_of(const conv_activation *activation) {
  switch (activation->kind) {
    case CONV_CLIP:
    case CONV_SIGMOID:
    case CONV_TANH: return CONV_FROM_OUTPUT;
    case CONV_LEAKY_RELU: return activation->slope > 0 ? CONV_FROM_OUTPUT : CONV_FROM_SUM;
    default: return CONV_FROM_SUM;
  }
}
