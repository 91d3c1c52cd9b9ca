// The memory of a thread that resamples two axes: a row that the first axis has been taken to, and the second one's taps.
#pragma once

#include "../../shared/arena.h"
#include "lane_taps.h"

typedef struct {
  float *row;
  lane_tap *taps;
} resampling_memory;

INLINE resampling_memory take_resampling_memory(arena *a, const conv_resampling *width) {
  resampling_memory memory = {.row = TAKE(a, float, width->n * width->inner)};
  if (width->inner == 1)
    memory.taps = TAKE(a, lane_tap, (width->outputs + LANES - 1) / LANES * width->taps);
  return memory;
}
