// The gradients of a layer on one instruction set.
#include "activation.h"
#include "bias.h"
#include "border.h"
#include "weights.h"

const conv_gradients SIMD_NAME(conv_gradients) = {
    .isa = SIMD_ISA,
    .weights = weight_gradient, .weights_workspace_bytes = weight_gradient_bytes,
    .bias = bias_gradient, .bias_workspace_bytes = bias_gradient_bytes,
    .activation = activation_gradient,
    .border = add_border_share, .border_workspace_bytes = border_share_bytes,
};
