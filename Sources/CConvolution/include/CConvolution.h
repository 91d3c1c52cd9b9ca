// The whole boundary between Swift and C. C files include what they need of it.
#include "abi.h"
#include "convolution.h"
#include "gradients.h"
#include "pooling.h"
#include "tensors.h"
