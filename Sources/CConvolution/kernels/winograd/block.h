// The memory of a block of tiles, in the workspace, and how many tiles it has.
#pragma once

#include "../../shared/arena.h"
#include "multiply.h"
#include "outlet.h"

/// Outputs along depth whose tiles share their samples.
enum { MOST_PLANES = 8 };

typedef struct {
  int32_t tiles;   ///< in space, at most
  int32_t panels;  ///< whose products are held together, at most
  int32_t planes;  ///< of outputs along depth, at most; more than 1 where depth has several taps
  int32_t positions;
  int32_t channels;                        ///< floats from one plane of samples to the next
  ptrdiff_t sample_position, sample_tile;  ///< floats
  ptrdiff_t product_tile;                  ///< floats, for one plane of outputs
  float *samples;                          ///< [tile][position][plane of samples][channel], at the points
  float *products;                         ///< [panel][tile][plane of outputs][position][channel]
  ptrdiff_t product_panel;                 ///< floats from one panel's to the next
  float *patch, *staged;
  ptrdiff_t *rows;                         ///< where the samples of [tile][plane of outputs] begin
  stretch *stretches;
  size_t bytes;
} block_memory;

/// How many tiles a block has, and of how many panels it holds the products.
typedef struct {
  int64_t tiles, panels;
} block_extent;

/// The block that has the fewest bytes moved from beyond the second-level cache. Either it stays there with the
/// products of one panel, and all weights pass by it once; a block that leaves them room where they stay too is smaller
/// still: its samples and products are sooner needed again, in channels-first memory less so, as planes are read in
/// longer runs. Or, where weights come from memory, only the samples of one position stay there, and meet its weights
/// of all panels: the block is larger, weights pass by less often, and products go to the third-level cache and come
/// back.
INLINE block_extent block_extent_of(const conv_problem *problem, int64_t tiles, int64_t position, int64_t samples,
                                    int64_t products) {
  const int64_t *cache = problem->caches.level, panels = group_panels(problem->output_channels);
  const int64_t weights = (int64_t)(weight_rows(problem) * whole_vectors(problem->output_channels) * sizeof(float));
  const bool is_last = problem->layout == CONV_CHANNELS_LAST;
  const int64_t share = weights > cache[1] / 2 ? cache[1] / 2 : is_last ? cache[1] / 8 : cache[1] / 4;
  const int64_t fitting = share / (samples + products), stay = fitting < 1 ? 1 : fitting < tiles ? fitting : tiles;
  const int64_t tile = samples + panels * products;
  int64_t large = cache[1] / 2 / position;
  if (large > cache[2] / 4 / tile) large = cache[2] / 4 / tile;
  if (large > tiles) large = tiles;
  if (weights <= cache[2] / 2 || large <= stay) return (block_extent){stay, 1};
  const int64_t moved = (tiles + stay - 1) / stay * weights;
  const int64_t moved_by_large = (tiles + large - 1) / large * weights + 2 * tiles * tile;
  return moved_by_large < moved ? (block_extent){large, panels} : (block_extent){stay, 1};
}

/// Lays a block out in `workspace`; with NULL only sizes have a meaning.
INLINE block_memory block_memory_in(const conv_problem *problem, void *workspace) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  block_memory b;
  b.planes = depth->kernel > 1 ? least_of(depth->output, MOST_PLANES) : 1;
  const int32_t *outputs = problem->form.outputs;
  b.positions = position_count(problem);
  b.channels = whole_vectors(problem->input_channels);
  b.sample_position = (ptrdiff_t)(b.planes + depth->kernel - 1) * b.channels;
  // A vector more, so that tiles do not all begin at the same place of a cache's sets.
  b.sample_tile = b.positions * b.sample_position + LANES;
  b.product_tile = b.positions * PRODUCT_POSITION + LANES;

  const tile_axis rows = tile_axis_of(height, outputs[1], 0, height->output);
  const tile_axis columns = tile_axis_of(width, outputs[2], 0, width->output);
  const int64_t all = (int64_t)tile_count(&rows) * tile_count(&columns), floats = sizeof(float);
  const block_extent size = block_extent_of(problem, all < 1 ? 1 : all, b.sample_position * floats,
                                            b.sample_tile * floats, b.planes * b.product_tile * floats);
  b.tiles = (int32_t)size.tiles;
  b.panels = (int32_t)size.panels;
  b.product_panel = b.tiles * b.planes * b.product_tile;

  arena arena = {.memory = workspace};
  b.samples = TAKE(&arena, float, b.tiles * b.sample_tile);
  b.products = TAKE(&arena, float, b.panels * b.product_panel);
  b.patch = TAKE(&arena, float, rows.points * STRETCH_SAMPLES * LANES);
  b.staged = TAKE(&arena, float, outputs[1] * STRETCH_OUTPUTS * LANES);
  b.rows = TAKE(&arena, ptrdiff_t, b.tiles * b.planes);
  b.stretches = TAKE(&arena, stretch, b.tiles);
  b.bytes = arena.used;
  return b;
}
