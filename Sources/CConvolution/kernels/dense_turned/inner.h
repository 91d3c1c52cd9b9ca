// The channels-last kernel that computes bands.
#pragma once

#include "convolution.h"

extern const conv_kernel SIMD_NAME(conv_dense_channels_last);
#define INNER SIMD_NAME(conv_dense_channels_last)
