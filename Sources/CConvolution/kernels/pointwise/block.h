// A block: pixels side by side in y that go through a group's panels together, some input channels at a time.
#pragma once

#define PANEL_CHANNELS TILE_BROADCASTS
#include "../../shared/arena.h"
#include "../../shared/broadcast_weights.h"
#include "../../shared/work.h"
#include "tile.h"

enum {
  /// Panels up to which samples come more slowly than they are used, and the planes that are then read at a time.
  FEW_PANELS = 2,
  STREAMED_CHANNELS = 32,
  MOST_TILES = 4096,
};

/// Panels up to which reading planes again costs less than packing their samples: fewer where vectors lie across cache
/// lines, or where all planes begin in the same lines of the first-level cache.
INLINE int32_t most_direct_panels(const conv_problem *problem) {
  const conv_axis *axis = problem->axis;
  const int64_t plane = (int64_t)axis[0].input * axis[1].input * axis[2].input;
  return plane % LANES == 0 && plane * (int64_t)sizeof(float) % CACHE_WAY != 0 ? 12 : 6;
}

typedef struct {
  int32_t channels, pixels;  ///< of a visit: input channels of a block that all panels go through before the next
} block_size;

/// With few panels, samples are what is waited for: few planes at a time are read far along. Else the samples of a
/// visit stay in the first-level cache, packed ones in half of it, while weights come from the second. Where weights
/// come from afar, those of a panel fill half of the first, and samples a quarter of the second; so they do where they
/// are picked, from far along their rows.
INLINE block_size block_size_of(const conv_problem *problem) {
  const conv_axis *axis = problem->axis;
  const int32_t inputs = problem->input_channels, panels = group_panels(problem->output_channels);
  const int64_t level1 = problem->caches.level[0], level2 = problem->caches.level[1];
  const int64_t channel_bytes = TILE_PIXELS * sizeof(float), weight_bytes = PANEL_CHANNELS * sizeof(float);
  const bool far = (int64_t)sizeof(float) * problem->output_channels * inputs > level2 / 2;
  const bool strided = axis[0].stride > 1 || axis[1].stride > 1 || axis[2].stride > 1;
  const int64_t room = far || strided ? level2 / 4 : panels > most_direct_panels(problem) ? level1 / 2 : level1;
  const int64_t near = far || strided ? level1 / 2 / weight_bytes : room / channel_bytes;
  const int64_t most = panels <= FEW_PANELS ? STREAMED_CHANNELS : near;
  const int32_t visits = parts_of(inputs, clamped(most, 1, inputs));
  const int32_t channels = least_of(parts_of(parts_of(inputs, visits), 4) * 4, inputs);
  const int64_t tiles = ((int64_t)axis[0].output * axis[1].output * axis[2].output + TILE_PIXELS - 1) / TILE_PIXELS;
  // The sums between visits are of all panels, and stay in the second-level cache beside the samples.
  const int64_t most_samples = room / (channels * channel_bytes);
  const int64_t most_sums = (level2 - room) / (problem->output_channels * channel_bytes);
  const int64_t most_tiles = channels == inputs || most_samples < most_sums ? most_samples : most_sums;
  return (block_size){channels, TILE_PIXELS * clamped(most_tiles < tiles ? most_tiles : tiles, 1, MOST_TILES)};
}

typedef struct {
  block_size size;
  float *samples;  ///< packed: [tile][input channel of a visit][pixel]
  float *partial;  ///< sums between visits: [panel][tile][channel][pixel]
} block_memory;

INLINE block_memory take_block(arena *a, const conv_problem *problem) {
  block_memory m = {.size = block_size_of(problem)};
  const bool split = m.size.channels < problem->input_channels;
  m.samples = TAKE(a, float, (int64_t)m.size.pixels * m.size.channels);
  m.partial = TAKE(a, float, split ? (int64_t)m.size.pixels * problem->output_channels : 0);
  return m;
}

static size_t workspace_bytes(const conv_problem *problem) {
  arena a = {0};
  take_block(&a, problem);
  return a.used;
}

/// Rows of pixels of a task that follow each other without a gap in y are one run, and likewise planes.
typedef struct {
  int32_t planes, rows, pixels;
  bool flat;  ///< whether the samples of a run lie side by side too
} pixel_runs;

INLINE pixel_runs runs_of(const conv_problem *problem, const conv_task *task) {
  const conv_axis *axis = problem->axis;
  const ptrdiff_t *x = problem->x.axis, *y = problem->y.axis;
  pixel_runs r = {task->end[0] - task->first[0], task->end[1] - task->first[1], task->end[2] - task->first[2],
                  axis[2].stride == 1};
  if (r.rows == 1 || y[1] == r.pixels) {
    r.flat &= r.rows == 1 || x[1] * axis[1].stride == r.pixels;
    r.pixels *= r.rows;
    r.rows = 1;
    if (r.planes == 1 || y[0] == r.pixels) {
      r.flat &= r.planes == 1 || x[0] * axis[0].stride == r.pixels;
      r.pixels *= r.planes;
      r.planes = 1;
    }
  }
  return r;
}

/// Whether samples are fetched ahead: those of an image beyond a few times the second-level cache, where they are
/// waited for or packed. Elsewhere the hardware does as well.
INLINE bool fetches_samples(const conv_problem *problem, const pixel_runs *runs) {
  const int32_t panels = group_panels(problem->output_channels);
  return runs->flat && (panels <= FEW_PANELS || panels > most_direct_panels(problem)) &&
         image_bytes(problem) > 4.0 * problem->caches.level[1];
}

/// Whether the panels of a group go through packed samples: where those do not lie side by side, or many need them.
INLINE bool packs_samples(const conv_problem *problem, const pixel_runs *runs, int32_t panels) {
  return !runs->flat || panels > most_direct_panels(problem);
}

/// Pixels of the tiles of a group's panels, whose channels are together `channels`.
INLINE int32_t tile_pixels(const pixel_runs *runs, int32_t panels, int32_t channels) {
  return panels == 1 && runs->flat ? tiles[channels - 1].wide_pixels : TILE_PIXELS;
}
