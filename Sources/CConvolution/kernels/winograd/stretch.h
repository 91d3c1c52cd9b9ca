// A stretch: tiles side by side in one row that are taken to the points and back together.
#pragma once

#include "tiles.h"

enum {
  /// Channels that are handled together, in vectors, where they are side by side in memory.
  STRETCH_VECTORS = 4,
  /// Outputs of a stretch along the width times vectors: what is done with it stays in the first-level cache.
  STRETCH_OUTPUTS = 64,
  /// Vectors of samples along the width.
  STRETCH_SAMPLES = STRETCH_OUTPUTS + (MOST_TAPS - 1) * STRETCH_VECTORS,
};

/// The vectors of channels that are handled together.
INLINE int32_t stretch_vectors(const conv_problem *problem) {
  const int32_t whole = problem->input_channels / LANES;
  return problem->layout == CONV_CHANNELS_FIRST || whole < 1 ? 1 : least_of(whole, STRETCH_VECTORS);
}

/// The tiles of a stretch, at most.
INLINE int32_t stretch_tiles(const conv_problem *problem) {
  return STRETCH_OUTPUTS / stretch_vectors(problem) / problem->form.outputs[2];
}

typedef struct {
  int32_t first, tiles;            ///< of a block
  int32_t row, column;             ///< outputs at which the first tile begins
  int32_t columns;                 ///< samples along the width
  int32_t row_index[MOST_POINTS];  ///< of rows of samples, as sample_index says
  bool rows_inside;                ///< whether all rows lie side by side in the input
  index_range columns_inside;      ///< the columns that do
} stretch;

INLINE stretch stretch_of(const tile_axis *height, const tile_axis *width, int32_t tiles, int32_t row, int32_t column) {
  stretch s = {.tiles = tiles, .row = row, .column = column};
  s.columns = (tiles - 1) * width->outputs + width->points;
  for (int32_t i = 0; i < height->points; i++) s.row_index[i] = sample_index(height, row, i);
  s.rows_inside = index_count(samples_inside(height, row, height->points)) == height->points;
  s.columns_inside = samples_inside(width, column, s.columns);
  return s;
}

/// Writes the stretches of the tiles first..<end in space, counted row of tiles by row of tiles. Says how many there
/// are.
static int32_t list_stretches(const conv_problem *problem, const tile_axis *height, const tile_axis *width,
                              int64_t first, int64_t end, stretch *stretches) {
  const int32_t in_row = tile_count(width), most = stretch_tiles(problem);
  int32_t count = 0;
  for (int64_t tile = first; tile < end; tile += stretches[count++].tiles) {
    const int32_t row = (int32_t)(tile / in_row), column = (int32_t)(tile % in_row);
    // To the end of the row, or of its phase, in stretches of about the same length.
    const int32_t rest = width->cells - column % width->cells;
    const int32_t length = end - tile < rest ? (int32_t)(end - tile) : rest;
    stretches[count] = stretch_of(height, width, parts_of(length, parts_of(length, most)), tile_begin(height, row),
                                  tile_begin(width, column));
    stretches[count].first = (int32_t)(tile - first);
  }
  return count;
}
