// Tiles of a block at Winograd's points: what they read of x, and their gradients.
#pragma once

#include "stage.h"
#include "winograd_transforms.h"

/// Floats from point to point of at least so many: points are written side by side, and lie in different sets of the cache.
INLINE ptrdiff_t point_floats(ptrdiff_t floats) {
  const ptrdiff_t way = CACHE_WAY / sizeof(float);
  return (floats + way - 1) / way * way + LINE_FLOATS;
}

/// Floats of a panel at a point: the last vector may reach beyond it.
INLINE ptrdiff_t panel_at_point(const staged_channels *staged, int32_t tiles) {
  return (ptrdiff_t)tiles * staged->width + LANES;
}

typedef struct {
  int32_t *rows, *columns;  ///< of an axis, see list_tile_samples
  float *x, *dy;            ///< [point][panel][tile][channel], and [point][tile of output channels][tile][channel]
  ptrdiff_t x_panel, x_point, dy_point;  ///< floats from one to the next
} winograd_stage;

INLINE winograd_stage take_winograd_stage(arena *a, const weight_cut *cut, const conv_problem *problem,
                                          const output_block *largest) {
  const int32_t tiles = tile_count(largest);
  weight_part part = weight_part_at(cut, problem, 0);
  part.first_group = 0;
  part.end_group = problem->groups;
  const staged_channels staged = staged_channels_of(cut, problem, &part);
  return (winograd_stage){
      .rows = TAKE(a, int32_t, block_tiles(largest, 1) * TILE_POINTS),
      .columns = TAKE(a, int32_t, block_tiles(largest, 2) * TILE_POINTS),
      .x = TAKE(a, float, POINTS * point_floats(staged.sets * staged.panels * panel_at_point(&staged, tiles))),
      .dy = TAKE(a, float, POINTS * point_floats(most_part_outputs(cut) * staged_channel(tiles))),
  };
}

/// Where the samples of an axis lie, which tiles side by side read: [tile][sample], a staged place, or CONV_CONSTANT, or
/// UNREAD where no output reads it.
INLINE void list_tile_samples(const block_places *places, int axis, int32_t *at) {
  const int32_t outputs = places->block.count[axis], *taps = places->at[axis];
  for (int32_t first = 0; first < outputs; first += TILE_OUTPUTS)
    for (int32_t i = 0; i < TILE_POINTS; i++) {
      const int32_t o = least_of(least_of(i, TILE_OUTPUTS - 1), outputs - 1 - first), tap = i - o;
      *at++ = tap < TILE_TAPS ? taps[tap * outputs + first + o] : UNREAD;
    }
}

/// Whether the samples of a tile lie at one distance from each other along an axis.
INLINE bool is_even(const int32_t samples[TILE_POINTS]) {
  for (int32_t i = 0; i < TILE_POINTS; i++)
    if (samples[i] < 0 || samples[i] != samples[0] + i) return false;
  return true;
}

/// Copies the samples of a vector of channels of a tile at a border; those that no output reads are zeros.
static tile_grid copy_tile(float patch[POINTS * LANES], const block_places *places, const conv_problem *problem,
                           const float *plane, int32_t z, const int32_t *rows, const int32_t *columns) {
  for (int32_t i = 0; i < TILE_POINTS; i++)
    for (int32_t j = 0; j < TILE_POINTS; j++) {
      const int32_t h = rows[i], w = columns[j];
      vec sample = v_zero();
      if ((z | h | w) >= 0)
        sample = v_load(plane + h * places->x_steps.axis[1] + w * places->x_steps.axis[2]);
      else if (h != UNREAD && w != UNREAD)
        sample = v_set(problem->axis[w < 0 ? 2 : h < 0 ? 1 : 0].constant[0]);
      v_store(patch + (i * TILE_POINTS + j) * LANES, sample);
    }
  return (tile_grid){patch, {TILE_POINTS * LANES, LANES}};
}

/// Takes what a tile reads of x to the points, all channels that are staged; `plane` is the first sample of its plane.
static void tile_samples_to_points(const winograd_stage *w, const stage *s, const block_places *places,
                                   const weight_cut *cut, const conv_problem *problem, const staged_channels *staged,
                                   const float *plane, int32_t z, const int32_t *rows, const int32_t *columns, float *to) {
  const ptrdiff_t row = places->x_steps.axis[1], column = places->x_steps.axis[2];
  const bool inside = z >= 0 && is_even(rows) && is_even(columns);
  float patch[POINTS * LANES];
  for (int32_t panel = 0; panel < staged->sets * staged->panels; panel++, to += w->x_panel) {
    const int32_t set = panel / staged->panels, first = panel % staged->panels * staged->width;
    const ptrdiff_t at = stages_inputs(cut, problem) ? panel * s->panel : set * (ptrdiff_t)staged->channels + first;
    for (int32_t c = 0; c < least_of(staged->channels - first, staged->width); c += LANES) {
      const float *from = plane + at + c;
      const tile_grid tile = inside ? (tile_grid){from + rows[0] * row + columns[0] * column, {row, column}}
                                    : copy_tile(patch, places, problem, from, z, rows, columns);
      tile_to_points(TILE_POINTS, TILE_POINTS, tile.first, tile.at, to + c, w->x_point);
    }
  }
}

/// Takes what the block reads of x to the points: from where it lies, or from where channels-first memory is staged.
static void stage_samples_at_points(winograd_stage *w, const stage *s, const block_places *places, const weight_cut *cut,
                                    const conv_problem *problem, const staged_channels *staged) {
  const output_block *block = &places->block;
  const int32_t rows = block_tiles(block, 1), columns = block_tiles(block, 2);
  list_tile_samples(places, 1, w->rows);
  list_tile_samples(places, 2, w->columns);
  w->x_panel = panel_at_point(staged, tile_count(block));
  w->x_point = point_floats(staged->sets * staged->panels * w->x_panel);
  float *to = w->x;
  for (int32_t n = 0; n < block->images; n++)
    for (int32_t d = 0; d < block->count[0]; d++) {
      const int32_t z = places->at[0][d];
      const float *plane = places->x + n * places->x_steps.image + (z < 0 ? 0 : z) * places->x_steps.axis[0];
      for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++, to += staged->width)
          tile_samples_to_points(w, s, places, cut, problem, staged, plane, z, w->rows + row * TILE_POINTS,
                                 w->columns + column * TILE_POINTS, to);
    }
}

/// Copies the gradients of some channels of a tile that has fewer outputs: those that are missing are zeros.
static tile_grid copy_outputs(float patch[TILE_OUTPUTS * TILE_OUTPUTS * LANES], tile_grid from, vmask mask,
                              int32_t height, int32_t width) {
  for (int32_t i = 0; i < TILE_OUTPUTS; i++)
    for (int32_t j = 0; j < TILE_OUTPUTS; j++) {
      const bool exists = i < height && j < width;
      v_store(patch + (i * TILE_OUTPUTS + j) * LANES,
              exists ? v_load_masked(from.first + i * from.at.row + j * from.at.column, mask) : v_zero());
    }
  return (tile_grid){patch, {TILE_OUTPUTS * LANES, LANES}};
}

/// Takes the gradients of a tile, the `tile`-th, to the points: the outputs from `first` on, of the part's channels.
static void tile_gradients_to_points(const winograd_stage *w, const weight_cut *cut, const conv_problem *problem,
                                     const weight_part *part, tile_grid from, int32_t height, int32_t width,
                                     int32_t tile, int32_t tiles) {
  float patch[TILE_OUTPUTS * TILE_OUTPUTS * LANES];
  const bool is_whole = height >= TILE_OUTPUTS && width >= TILE_OUTPUTS;
  for (int32_t group = part->first_group; group < part->end_group; group++) {
    const output_tiles of = tiles_of_group(cut, problem, part, group, tiles, w->dy);
    for (int32_t i = 0; i < of.count; i++) {
      const int32_t channels = tile_channels(&of, i);
      const vmask mask = v_first(channels);
      tile_grid gradients = {from.first + of.first + tile_begin(&of, i), from.at};
      if (!is_whole) gradients = copy_outputs(patch, gradients, mask, height, width);
      gradients_to_points(gradients, mask, staged_tile(&of, i) + (ptrdiff_t)tile * channels, w->dy_point);
    }
  }
}

/// Takes the block's gradients to the points.
static void stage_gradients_at_points(winograd_stage *w, const block_places *places, const weight_cut *cut,
                                      const conv_problem *problem, const weight_part *part) {
  const output_block *block = &places->block;
  const conv_strides *steps = &places->dy_steps;
  const int32_t tiles = tile_count(block);
  w->dy_point = point_floats((part->end_output - part->first_output) * staged_channel(tiles));
  int32_t tile = 0;
  for (int32_t n = 0; n < block->images; n++)
    for (int32_t d = 0; d < block->count[0]; d++)
      for (int32_t row = 0; row < block->count[1]; row += TILE_OUTPUTS)
        for (int32_t column = 0; column < block->count[2]; column += TILE_OUTPUTS) {
          const float *image = places->dy + n * steps->image + d * steps->axis[0];
          const float *first = image + row * steps->axis[1] + column * steps->axis[2];
          tile_gradients_to_points(w, cut, problem, part, (tile_grid){first, {steps->axis[1], steps->axis[2]}},
                                   block->count[1] - row, block->count[2] - column, tile++, tiles);
        }
}
