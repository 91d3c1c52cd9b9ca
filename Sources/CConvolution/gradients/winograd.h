// Which weight gradients are summed at Winograd's points, F(3x3, 4x4): what 3x3 taps receive from a tile of 4x4 outputs is
// a convolution of the 6x6 samples that the tile reads with its gradients. Both are taken to 6x6 points, where their
// products are summed over all tiles; the sums are taken to taps at the end. A point takes a product a tile where a tap
// takes 16: 36 instead of 144.
#pragma once

#include "blocks.h"

enum {
  /// Outputs of a tile along an axis, taps, and points, which are the samples too that a tile reads.
  TILE_OUTPUTS = 4,
  TILE_TAPS = 3,
  TILE_POINTS = TILE_OUTPUTS + TILE_TAPS - 1,
  TAPS = TILE_TAPS * TILE_TAPS,
  POINTS = TILE_POINTS * TILE_POINTS,
  /// Tiles and channels below which the way to the points and back is longer than what it saves, and what input channels
  /// are a multiple of: whole vectors on every instruction set.
  LEAST_TILES = 64,
  LEAST_CHANNELS = 32,
  WHOLE_CHANNELS = 16,
};

/// Tiles of a block along an axis.
INLINE int32_t block_tiles(const output_block *block, int axis) { return parts_of(block->count[axis], TILE_OUTPUTS); }

/// All tiles of a block.
INLINE int32_t tile_count(const output_block *block) {
  return block->images * block->count[0] * block_tiles(block, 1) * block_tiles(block, 2);
}

/// Whether sums are worth taking to points. Bits hang on it, so it asks for nothing but shapes and the batch.
INLINE bool suits_winograd(const conv_problem *problem, int64_t images) {
  for (int a = 1; a < 3; a++) {
    const conv_axis *axis = &problem->axis[a];
    if (axis->kernel != TILE_TAPS || axis->stride != 1 || axis->dilation != 1) return false;
  }
  const int64_t planes = images * problem->axis[0].output;
  const int32_t height = problem->axis[1].output, width = problem->axis[2].output;
  const int64_t tiles = planes * parts_of(height, TILE_OUTPUTS) * parts_of(width, TILE_OUTPUTS);
  return problem->axis[0].kernel == 1 && problem->input_channels % WHOLE_CHANNELS == 0 &&
         problem->input_channels >= LEAST_CHANNELS && problem->output_channels >= LEAST_CHANNELS &&
         tiles >= LEAST_TILES && 8 * tiles <= planes * height * width;
}
