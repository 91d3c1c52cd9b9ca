// A task of a pool on every instruction set. `first_index` is that of the image's first sample in N C *spatial.
#pragma once

#include "pooling.h"

typedef void pool_task(const conv_pool *pool, const conv_pool_operands *image, int64_t first_index,
                       const conv_task *task);

extern pool_task conv_pool_task_scalar;
#ifdef __x86_64__
extern pool_task conv_pool_task_avx2, conv_pool_task_avx512;
#endif
