// What is done to tensors, on one instruction set.
#include "copy/run.h"
#include "elementwise/run.h"
#include "table.h"

const tensor_functions SIMD_NAME(tensor_functions) = {
    .copy = run_copy,
    .elementwise = run_elementwise,
};
