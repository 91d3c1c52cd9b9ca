// A task of a pool.
#include "channels_first.h"
#include "channels_last.h"
#include "indexed_channels_first.h"
#include "pool_task.h"
#include "whole_plane.h"

INLINE void pool_kind(const conv_pool *pool, const conv_pool_kind kind, const int32_t power,
                      const conv_pool_operands *image, const conv_task *task) {
  if (pool->layout == CONV_CHANNELS_LAST)
    pool_channels_last(pool, kind, power, false, image, 0, task);
  else if (is_whole_plane(pool))
    pool_whole_planes(pool, kind, power, image, task);
  else
    pool_channels_first(pool, kind, power, image, task);
}

void SIMD_NAME(conv_pool_task)(const conv_pool *pool, const conv_pool_operands *image, int64_t first_index,
                               const conv_task *task) {
  if (image->indices != NULL) {
    if (pool->layout == CONV_CHANNELS_LAST)
      pool_channels_last(pool, CONV_POOL_MAX, 0, true, image, first_index, task);
    else
      pool_indexed_channels_first(pool, image, first_index, task);
    return;
  }
  switch (pool->kind) {
    case CONV_POOL_MAX: pool_kind(pool, CONV_POOL_MAX, 0, image, task); break;
    case CONV_POOL_AVERAGE: pool_kind(pool, CONV_POOL_AVERAGE, 0, image, task); break;
    case CONV_POOL_NORM:
      switch (pool->power) {
        case 1: pool_kind(pool, CONV_POOL_NORM, 1, image, task); break;
        case 2: pool_kind(pool, CONV_POOL_NORM, 2, image, task); break;
        default: pool_kind(pool, CONV_POOL_NORM, pool->power, image, task);
      }
  }
}
