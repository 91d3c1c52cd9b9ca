// Which tiles an axis has, and which samples they read.
#pragma once

#include "transform.h"
#include "weights.h"

/// The tiles of one axis that a task meets. The grid begins at output 0 whatever the task. With a dilation, outputs at
/// its distance see the same samples: a cell of dilation * outputs outputs has one tile for every phase.
typedef struct {
  const conv_axis *axis;
  int32_t outputs, points;  ///< of a tile
  int32_t dilation;
  int32_t first_cell, cells;
} tile_axis;

INLINE tile_axis tile_axis_of(const conv_axis *axis, int32_t outputs, int32_t first, int32_t end) {
  tile_axis t = {.axis = axis, .outputs = outputs, .points = points_of(outputs, axis->kernel)};
  t.dilation = axis->kernel > 1 ? axis->dilation : 1;
  const int64_t cell = (int64_t)outputs * t.dilation;
  t.first_cell = (int32_t)(first / cell);
  t.cells = (int32_t)((end + cell - 1) / cell) - t.first_cell;
  return t;
}

/// Tiles are counted phase by phase, so that those side by side in the count are neighbours.
INLINE int32_t tile_count(const tile_axis *t) { return t->cells * least_of(t->dilation, t->axis->output); }

/// A tile's first output; the others follow at the distance of the dilation.
INLINE int32_t tile_begin(const tile_axis *t, int32_t tile) {
  return (t->first_cell + tile % t->cells) * t->outputs * t->dilation + tile / t->cells;
}

/// Of `count` outputs at the distance of the dilation, the first being `begin`, those that lie in first..<end.
INLINE index_range outputs_in(const tile_axis *t, int32_t begin, int32_t count, int32_t first, int32_t end) {
  const int64_t d = t->dilation;
  const int32_t from = clamped(first > begin ? (first - begin + d - 1) / d : 0, 0, count);
  return (index_range){from, clamped(end > begin ? (end - begin + d - 1) / d : 0, from, count)};
}

/// The end of the inputs that some output reads. What is cropped behind them is nothing to a tile that reaches there.
INLINE int64_t read_end(const conv_axis *axis) {
  const int64_t end = (int64_t)axis->output - axis->before + (int64_t)(axis->kernel - 1) * axis->dilation;
  return end < axis->input ? end : axis->input;
}

/// What tiles in a row, the first at output `begin`, read as sample `sample`: an index, CONV_CONSTANT or UNREAD.
INLINE int32_t sample_index(const tile_axis *t, int32_t begin, int32_t sample) {
  const conv_axis *axis = t->axis;
  const int64_t place = (int64_t)begin - axis->before + (int64_t)sample * t->dilation;
  if (place >= 0 && place < read_end(axis)) return (int32_t)place;
  // The first output that reads it, with one of its taps.
  const int32_t ahead = sample < axis->kernel ? 0 : sample - (axis->kernel - 1);
  const int64_t output = begin + (int64_t)ahead * t->dilation;
  return output < axis->output ? tap_index(taps_of(axis, (int32_t)output), sample - ahead) : UNREAD;
}

/// The samples 0..<count of tiles in a row that lie in the input side by side, at the distance of the dilation.
INLINE index_range samples_inside(const tile_axis *t, int32_t begin, int32_t count) {
  const int64_t place = (int64_t)begin - t->axis->before, d = t->dilation;
  const int64_t last = read_end(t->axis);
  int64_t first = place < 0 ? -place : 0, end = place < last ? last - place : 0;
  if (d > 1) {
    first = (first + d - 1) / d;
    end = (end + d - 1) / d;
  }
  const int32_t begin_inside = clamped(first, 0, count);
  return (index_range){begin_inside, clamped(end, begin_inside, count)};
}
