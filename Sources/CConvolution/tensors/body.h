// What is done to tensors, on one instruction set.
#include "copy/run.h"
#include "elementwise/run.h"
#include "products/run.h"
#include "reduction/run.h"
#include "resampling/run_2d.h"
#include "softmax.h"
#include "table.h"

const tensor_functions SIMD_NAME(tensor_functions) = {
    .copy = run_copy,
    .elementwise = run_elementwise,
    .products_workspace_bytes = products_workspace_bytes, .products = run_products,
    .reduction = run_reduction,
    .softmax = run_softmax,
    .resampling = run_resampling,
    .resampling_2d = run_resampling_2d,
};
