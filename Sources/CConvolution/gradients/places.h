// Where the samples of a block lie: in x and dy themselves, or staged.
#pragma once

#include "../shared/arena.h"
#include "cut.h"

/// A pixel of x lies at x + image and index by index, counted from the block's first image; one of dy likewise from the
/// block's first output. Channels lie side by side. Where dy lies in tiles of output channels its steps count pixels,
/// whatever channels a tile has.
typedef struct {
  output_block block;
  const float *x, *dy;
  const float *constant[3];  ///< a pixel of each axis's constant
  conv_strides x_steps, dy_steps;
  int32_t *at[3];   ///< of each axis, [tap][output of the block]: an index or CONV_CONSTANT
  bool reads_zero;  ///< whether a tap may read a constant of 0
} block_places;

INLINE block_places take_places(arena *a, const conv_problem *problem, const output_block *largest) {
  block_places places = {0};
  for (int axis = 0; axis < 3; axis++)
    places.at[axis] = TAKE(a, int32_t, (int64_t)problem->axis[axis].kernel * largest->count[axis]);
  return places;
}

/// Looks up what the taps of the block's outputs read.
INLINE void find_places(block_places *places, const conv_problem *problem, const output_block *block) {
  places->block = *block;
  places->reads_zero = false;
  for (int a = 0; a < 3; a++) {
    const conv_axis *axis = &problem->axis[a];
    bool reads_constant = false;
    for (int32_t o = 0; o < block->count[a]; o++) {
      const tap_row taps = taps_of(axis, block->first[a] + o);
      for (int32_t k = 0; k < axis->kernel; k++) {
        const int32_t index = tap_index(taps, k);
        places->at[a][k * block->count[a] + o] = index;
        reads_constant |= index == CONV_CONSTANT;
      }
    }
    places->reads_zero |= reads_constant && axis->constant[0] == 0;
  }
}

/// Offset of the block's first output in one image of y.
INLINE ptrdiff_t first_output(const conv_problem *problem, const output_block *block) {
  return block->first[0] * problem->y.axis[0] + block->first[1] * problem->y.axis[1] +
         block->first[2] * problem->y.axis[2];
}

/// Inputs in channels-last memory, from a channel on.
INLINE void place_inputs(block_places *places, const conv_problem *problem, const float *x, int32_t first_channel) {
  places->x = x + places->block.first_image * problem->x.image + first_channel;
  places->x_steps = problem->x;
  for (int axis = 0; axis < 3; axis++) places->constant[axis] = problem->axis[axis].constant;
}

/// Outputs in channels-last memory.
INLINE void place_outputs(block_places *places, const conv_problem *problem, const float *dy) {
  places->dy = dy + places->block.first_image * problem->y.image + first_output(problem, &places->block);
  places->dy_steps = problem->y;
}
