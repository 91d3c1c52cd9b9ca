// The microkernel: a panel of output channels x some vectors of pixels side by side, tile after tile. Every weight is
// broadcast.
#pragma once

#include "../../shared/finish.h"
#include "../../shared/tile_sizes.h"

enum {
  TILE_PIXELS = TILE_VECTORS * LANES,
  MOST_VECTORS = 8,
  /// For sums, and the vectors of samples or the weights of a step, whichever are fewer.
  TILE_REGISTERS = TILE_BROADCASTS * TILE_VECTORS + TILE_VECTORS + 1,
};

/// Vectors of a tile that reads x: panels of few channels have more of them, so that there are sums enough to overlap.
#define WIDE_VECTORS(channels)                                                        \
  (TILE_REGISTERS / ((channels) + 1) < (channels) ? TILE_REGISTERS / ((channels) + 1) \
   : TILE_REGISTERS / (channels) > MOST_VECTORS   ? MOST_VECTORS                      \
                                                  : TILE_REGISTERS / (channels) - 1)

/// A panel on tiles side by side, as far as a range of input channels goes.
typedef struct {
  int32_t tiles, pixels;                  ///< pixels of all tiles
  int32_t input_channels;
  bool first, last;                       ///< of the tiles' visits
  float *partial;                         ///< their sums in between
  const float *samples;                   ///< the first pixel of the first input channel
  ptrdiff_t sample_channel, sample_tile;  ///< from one to the next
  const float *weights, *bias, *residual;
  float *y;                               ///< of the first output channel, as residual
  int32_t channel;                        ///< that channel
  ptrdiff_t y_channel;
  const conv_activation *activation;
} tile_row;

INLINE void microkernel(const int channels, const int vectors, const tile_row *t) {
  const int row = vectors * LANES;
  // Kept in registers: stores to y might change what lies in memory.
  const ptrdiff_t sample_channel = t->sample_channel, sample_tile = t->sample_tile, y_channel = t->y_channel;
  const int32_t inputs = t->input_channels;
  const bool first = t->first, last = t->last;
  const float *bias = t->bias, *residual = t->residual, *tile_samples = t->samples;
  const output_bounds bounds = bounds_of(t->activation);
  float *y = t->y, *partial = t->partial;
  int32_t pixels = t->pixels;
  for (int32_t tile = t->tiles; tile > 0; tile--) {
    vec sum[TILE_BROADCASTS][MOST_VECTORS];
    EACH(m, channels) EACH(v, vectors) sum[m][v] = v_zero();
    if (!first) EACH(m, channels) EACH(v, vectors) sum[m][v] = v_load(partial + m * row + v * LANES);
    // The lines of y are on their way while sums are made.
    if (last) EACH(m, channels) __builtin_prefetch(y + m * y_channel, 1);
    const float *samples = tile_samples, *weights = t->weights;
    _Pragma("clang loop unroll_count(4)")
    for (int32_t c = 0; c < inputs; c++, weights += channels, samples += sample_channel) {
      vec sample[MOST_VECTORS];
      EACH(v, vectors) sample[v] = v_load(samples + v * LANES);
      EACH(m, channels) {
        const vec weight = v_set(weights[m]);
        EACH(v, vectors) sum[m][v] = v_fma(weight, sample[v], sum[m][v]);
      }
    }
    if (!last) {
      EACH(m, channels) EACH(v, vectors) v_store(partial + m * row + v * LANES, sum[m][v]);
    } else if (pixels >= row && !residual) {
      EACH(m, channels) EACH(v, vectors)
        store_output(bounds, sum[m][v], v_set(bias[m]), NULL, y + m * y_channel + v * LANES, true, v_first(LANES));
    } else {
      const vmask mask = v_first(least_of(pixels - (vectors - 1) * LANES, LANES));
      EACH(m, channels) EACH(v, vectors) {
        const ptrdiff_t at = m * y_channel + v * LANES;
        store_output(bounds, sum[m][v], v_set(bias[m]), residual ? residual + at : NULL, y + at,
                     pixels >= row || v < vectors - 1, mask);
      }
    }
    tile_samples += sample_tile;
    partial += channels * row;
    y += row;
    residual = residual ? residual + row : NULL;
    pixels -= row;
  }
}

// Functions of each number of channels: wide tiles, tiles of TILE_VECTORS and of one.
#define TILE(m) \
  static void tile_##m##_wide(const tile_row *t) { microkernel(m, WIDE_VECTORS(m), t); } \
  static void tile_##m##_long(const tile_row *t) { microkernel(m, TILE_VECTORS, t); } \
  static void tile_##m##_short(const tile_row *t) { microkernel(m, 1, t); }
#define ROW(m) {WIDE_VECTORS(m) * LANES, tile_##m##_wide, tile_##m##_long, tile_##m##_short},
TILE_SIZES(TILE)
static const struct {
  int32_t wide_pixels;
  void (*wide)(const tile_row *), (*whole)(const tile_row *), (*half)(const tile_row *);
} tiles[TILE_BROADCASTS] = {TILE_SIZES(ROW)};
