// The memory of a block of tiles, in the workspace, and how many tiles it has.
#pragma once

#include "finish.h"
#include "multiply.h"

/// Outputs along depth whose tiles share their samples.
enum { MOST_PLANES = 8 };

typedef struct {
  int32_t tiles;   ///< in space, at most
  int32_t planes;  ///< of outputs along depth, at most; more than 1 where depth has several taps
  int32_t positions;
  int32_t channels;                        ///< floats from one plane of samples to the next
  ptrdiff_t sample_position, sample_tile;  ///< floats
  ptrdiff_t product_tile;                  ///< floats, for one plane of outputs
  float *samples;                          ///< [tile][position][plane of samples][channel], at the points
  float *products;                         ///< [tile][plane of outputs][position][channel of a panel]
  float *patch, *staged;
  ptrdiff_t *rows;                         ///< where the samples of [tile][plane of outputs] begin
  size_t bytes;
} block_memory;

/// Lays a block out in `workspace`; with NULL only its sizes have a meaning.
INLINE block_memory block_memory_in(const conv_problem *problem, void *workspace) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  block_memory b;
  b.planes = depth->kernel > 1 ? least_of(depth->output, MOST_PLANES) : 1;
  const int32_t height_points = points_of(problem->winograd[1], height->kernel);
  b.positions = height_points * points_of(problem->winograd[2], width->kernel);
  b.channels = whole_vectors(problem->input_channels);
  b.sample_position = (ptrdiff_t)(b.planes + depth->kernel - 1) * b.channels;
  // A vector more, so that tiles do not all begin at the same place of a cache's sets.
  b.sample_tile = b.positions * b.sample_position + LANES;
  b.product_tile = b.positions * PRODUCT_POSITION + LANES;

  // Where the weights pass by, a block leaves them half of the cache. Where they stay, a smaller one is better: its
  // samples and products are sooner needed again; in channels-first memory, less so: planes are read in longer runs.
  const tile_axis rows = tiles_of(height, problem->winograd[1], 0, height->output);
  const tile_axis columns = tiles_of(width, problem->winograd[2], 0, width->output);
  const int64_t all = (int64_t)tile_count(&rows) * tile_count(&columns);
  const size_t cache = conv_private_cache_bytes();
  const size_t weights = (size_t)b.positions * row_count(problem->input_channels, depth->kernel) *
                         whole_vectors(problem->output_channels) * sizeof(float);
  const size_t share = weights > cache / 2 ? cache / 2 : problem->x.channel == 1 ? cache / 8 : cache / 4;
  const size_t tile = (size_t)(b.sample_tile + b.planes * b.product_tile) * sizeof(float);
  const int64_t most = (int64_t)(share / tile);
  b.tiles = (int32_t)(most < 1 ? 1 : most < all ? most : all);

  char *at = workspace;
  size_t used = 0;
#define PLACE(member, count)                            \
  b.member = workspace ? (void *)(at + used) : NULL;    \
  used += rounded((size_t)(count) * sizeof *b.member)
  PLACE(samples, b.tiles * b.sample_tile);
  PLACE(products, b.tiles * b.planes * b.product_tile);
  PLACE(patch, height_points * STRETCH_SAMPLES * LANES);
  PLACE(staged, problem->winograd[1] * STRETCH_OUTPUTS * LANES);
  PLACE(rows, b.tiles * b.planes);
#undef PLACE
  b.bytes = used;
  return b;
}
