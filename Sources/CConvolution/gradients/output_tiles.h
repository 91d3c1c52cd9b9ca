// Tiles of output channels: those that a part has of a group, some together, as a microkernel takes them. A block's dy
// is staged tile by tile, [tile][pixel][channel], so that a tile is read along.
#pragma once

#include "cut.h"

_Static_assert(TILE_BROADCASTS <= LANES, "a tile's pixel is copied as one vector");

typedef struct {
  int32_t first, channels, count;  ///< output channels, and the tiles that they are cut into
  int32_t size, larger;            ///< channels of a tile; the first tiles, which have one more
  ptrdiff_t pixels;                ///< of the block
  float *staged;
} output_tiles;

/// Floats that a channel of staged pixels takes: copies may write up to a vector behind the last pixel of a tile.
INLINE ptrdiff_t staged_channel(ptrdiff_t pixels) { return pixels + LANES; }

/// The tiles of a group, the first channel of the part being staged at `staged`.
INLINE output_tiles tiles_of_group(const weight_cut *cut, const conv_problem *problem, const weight_part *part,
                                   int32_t group, ptrdiff_t pixels, float *staged) {
  const int32_t begin = group * problem->output_channels, end = begin + problem->output_channels;
  const int32_t first = begin > part->first_output ? begin : part->first_output;
  output_tiles tiles = {.first = first, .channels = least_of(end, part->end_output) - first, .pixels = pixels};
  tiles.count = parts_of(tiles.channels, cut->tile_outputs);
  tiles.size = tiles.channels / tiles.count;
  tiles.larger = tiles.channels % tiles.count;
  tiles.staged = staged + (first - part->first_output) * staged_channel(pixels);
  return tiles;
}

/// The first channel of a tile, counted from the group's first one.
INLINE int32_t tile_begin(const output_tiles *tiles, int32_t tile) {
  return tile * tiles->size + least_of(tile, tiles->larger);
}

INLINE int32_t tile_channels(const output_tiles *tiles, int32_t tile) { return tiles->size + (tile < tiles->larger); }

INLINE float *staged_tile(const output_tiles *tiles, int32_t tile) {
  return tiles->staged + tile_begin(tiles, tile) * staged_channel(tiles->pixels);
}
