// Tiles of any pixels, whose samples a table of pointers finds.
#pragma once

#include "../../shared/finish.h"
#include "../../shared/tile_walk.h"
#include "../../shared/tile_sizes.h"
#include "panels.h"

typedef struct {
  const pixel_table *table;
  int32_t first_pixel;      ///< of the table's
  ptrdiff_t input_channel;  ///< of the panel's first output channel
  int32_t lane_channel[VECTORS][LANES];  ///< input channel of each lane, from input_channel on
  bool repeats;             ///< whether a multiplier makes lanes share input channels
  const float *weights;
  int32_t channels;         ///< of the panel
  const float *bias, *residual;
  float *y;
  const conv_activation *activation;
} tile;

/// How a tile's samples are read.
typedef enum {
  ALL_INSIDE,  ///< whole vectors, and every tap lies at one distance from its pixel
  WHOLE,       ///< whole vectors
  PARTIAL,     ///< the last vector is short
  REPEATED,    ///< lanes share input channels
} tile_kind;

/// The samples of vector `v`'s channels of one pixel.
INLINE vec load_samples(const tile *t, const float *pixel, int v, const tile_kind kind, vmask mask) {
  switch (kind) {
    case ALL_INSIDE:
    case WHOLE: return v_load(pixel + v * LANES);
    case PARTIAL: return v_load_masked(pixel + v * LANES, mask);
    case REPEATED: return v_gather(pixel, t->lane_channel[v], mask);
  }
}

INLINE void sum_taps(const int pixels, const int vectors, const tile_kind kind, const tile *t) {
  vec sum[PIXELS][VECTORS];
  EACH(p, pixels) EACH(v, vectors) sum[p][v] = v_zero();
  const bool all = kind == ALL_INSIDE || kind == WHOLE;
  vmask mask[VECTORS];
  EACH(v, vectors) mask[v] = v_first(least_of(t->channels - v * LANES, LANES));

  const float *pixel[PIXELS];
  if (kind == ALL_INSIDE)
    EACH(p, pixels) pixel[p] = t->table->pointers[t->first_pixel + p] + t->input_channel;
  for (int32_t r = 0; r < t->table->count; r++) {
    const tap_run *run = &t->table->runs[r];
    if (kind != ALL_INSIDE) {
      const float **pointers = t->table->pointers + run->pointer_row * TILE_BROADCASTS + t->first_pixel;
      EACH(p, pixels) pixel[p] = pointers[p] + t->input_channel;
    }
    const float *weights = t->weights + (ptrdiff_t)run->weight_row * (vectors * LANES);
    vec w[VECTORS];
    EACH(v, vectors) w[v] = v_load(weights + v * LANES);
    EACH(p, pixels) EACH(v, vectors)
      sum[p][v] = v_fma(load_samples(t, pixel[p] + run->offset, v, kind, mask[v]), w[v], sum[p][v]);
  }

  const output_bounds bounds = bounds_of(t->activation);
  EACH(v, vectors) {
    const vec bias = v_load_masked(t->bias + v * LANES, mask[v]);
    EACH(p, pixels) {
      const ptrdiff_t at = t->table->output[t->first_pixel + p] + v * LANES;
      store_output(bounds, sum[p][v], bias, t->residual ? t->residual + at : NULL, t->y + at, all, mask[v]);
    }
  }
}

INLINE void microkernel(const int pixels, const int vectors, const tile *t) {
  if (t->repeats)
    sum_taps(pixels, vectors, REPEATED, t);
  else if (t->channels != vectors * LANES)
    sum_taps(pixels, vectors, PARTIAL, t);
  else if (t->table->runs == t->table->inside_runs)
    sum_taps(pixels, vectors, ALL_INSIDE, t);
  else
    sum_taps(pixels, vectors, WHOLE, t);
}

// One function a tile size; a tile of p pixels is row p - 1.
#define TILE(p) \
  static void tile_##p##x1(const tile *t) { microkernel(p, 1, t); } \
  static void tile_##p##x2(const tile *t) { microkernel(p, 2, t); } \
  static void tile_##p##x3(const tile *t) { microkernel(p, 3, t); } \
  static void tile_##p##x4(const tile *t) { microkernel(p, 4, t); }
#define ROW(p) {tile_##p##x1, tile_##p##x2, tile_##p##x3, tile_##p##x4},
HALF_TILE_SIZES(TILE)
static void (*const tiles[PIXELS][VECTORS])(const tile *) = {HALF_TILE_SIZES(ROW)};

/// Computes the task's panels on the tile that the table describes.
static void run_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const pixel_table *table, int32_t pixels) {
  const int32_t multiplier = problem->output_channels;
  const size_t taps = (size_t)tap_count(problem);
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++) {
    const int32_t channel = panel * PANEL;
    tile t = {
        .table = table,
        .input_channel = channel / multiplier,
        .repeats = multiplier > 1,
        .weights = image->packed + taps * channel,
        .channels = least_of(channel_count(problem) - channel, PANEL),
        .bias = image->bias + channel,
        .residual = image->residual ? image->residual + channel : NULL,
        .y = image->y + channel,
        .activation = &problem->activation,
    };
    if (t.repeats)
      for (int32_t o = 0; o < PANEL; o++)
        t.lane_channel[o / LANES][o % LANES] = (channel + o) / multiplier - channel / multiplier;
    const int32_t parts = parts_of(pixels, PIXELS), vectors = parts_of(t.channels, LANES);
    for (int32_t part = 0; part < parts; part++) {
      t.first_pixel = part_begin(pixels, parts, part);
      tiles[part_begin(pixels, parts, part + 1) - t.first_pixel - 1][vectors - 1](&t);
    }
    for (int32_t p = 0; p < pixels; p++) activate(t.activation, t.y + table->output[p], t.channels);
  }
}

/// Adds the tiles of a task's pixel tables. Says how many tables there are.
static double add_pixel_tiles(conv_work *work, const conv_problem *problem, const conv_task *task, int32_t channels) {
  const tile_walk walk = walk_of(problem, task, TILE_BROADCASTS);
  const double panels = task->end_panel - task->first_panel, vectors = parts_of(channels, LANES);
  // Lanes are masked in all vectors of a panel whose last one is short.
  const double masked = channels % LANES == 0 ? 0 : parts_of(channels % PANEL, LANES);
  const bool repeats = problem->output_channels > 1;
  for (int32_t i = 0; i < walk.piece_count; i++) {
    const piece_work piece = work_of_piece(problem, &walk, i, false);
    const int32_t size = piece.pixels / piece.tiles, larger = piece.pixels % piece.tiles;
    const double parts = (piece.tiles - larger) * parts_of(size, PIXELS) + larger * parts_of(size + 1, PIXELS);
    add_work(work, CONV_MULTIPLY_ADDS, piece.taps * piece.pixels * vectors);
    add_work(work, CONV_LOADS, piece.taps * (parts * vectors + (repeats ? 0 : piece.pixels * (vectors + masked))));
    add_work(work, CONV_COPIES, repeats ? piece.taps * piece.pixels * vectors : 0);
    add_work(work, CONV_STEPS, piece.taps * parts * panels);
    add_work(work, CONV_TILES, parts * panels);
    add_work(work, CONV_LOOKUPS, piece.lookups + (repeats ? piece.tiles * panels * PANEL : 0));
    add_work(work, CONV_STORES, piece.pixels * vectors);
  }
  return walk_tiles(&walk);
}
