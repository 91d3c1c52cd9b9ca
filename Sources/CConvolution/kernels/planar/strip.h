// The sums of a strip: vectors side by side in a block, of all outputs of a panel. A tile is the panel's outputs x as
// many vectors as the registers hold sums for; weights are broadcast.
#pragma once

#include "../../shared/finish.h"
#include "../../shared/tile_sizes.h"
#include "block_size.h"

enum { MOST_VECTORS = 8 };

/// Vectors of a tile of so many outputs: the sums, the smaller side of the operands and one of the other fit the
/// registers, which are four more than the sums of a full tile. Broadcasts are loaded ahead: without a register for the
/// next one, the compiler spills a sum in every step.
INLINE int tile_vectors(const int outputs) {
  const int registers = TILE_BROADCASTS * TILE_VECTORS + 4;
  int vectors = MOST_VECTORS;
  while (vectors > 1 && outputs * vectors + (outputs < vectors ? outputs + 1 : vectors + 2) > registers) vectors--;
  return vectors;
}

/// Vectors of the tile that is taken where a full one is too much. What is less than that goes in single vectors.
INLINE int half_tile_vectors(const int outputs) { return (tile_vectors(outputs) + 1) / 2; }

/// Vectors of a strip, a multiple of most tiles', where its sums fit the first-level cache; and fewer where they do
/// not, but enough for the smallest block.
INLINE int32_t strip_vectors(const conv_problem *problem, int32_t outputs) {
  int32_t vectors = 24;
  while (vectors > 6 && vectors / 2 * LANES >= BLOCK_COLUMNS &&
         (int64_t)outputs * vectors * LANES > first_level_floats(problem))
    vectors /= 2;
  return vectors;
}

/// Where a vector of sums goes in a channel of y: to outputs of one row, and on to those of the next.
typedef struct {
  ptrdiff_t output[2];  ///< of lane 0
  uint32_t lanes[2];    ///< bits of the lanes that are outputs of that row
} vector_place;

typedef struct {
  const float *samples;       ///< of the tile's first output
  int64_t channel;            ///< floats from one staged channel to the next
  int32_t channels, taps;
  const int32_t *tap_offset;
  const float *weights;
  bool continues;             ///< adds to the sums in `sums`
  float *sums;                ///< [output][strip]
  int64_t strip;
  const vector_place *places; ///< if not NULL, of outputs that are stored straight away
  const float *bias, *residual;
  float *y;                   ///< the first output channel, as residual
  ptrdiff_t output_channel;
  const conv_activation *activation;
} plane_tile;

INLINE void microkernel(const int outputs, const int vectors, const plane_tile *t) {
  vec sum[TILE_BROADCASTS][MOST_VECTORS];
  EACH(m, outputs) EACH(v, vectors) sum[m][v] = v_zero();
  if (t->continues)
    EACH(m, outputs) EACH(v, vectors) sum[m][v] = v_load(t->sums + m * t->strip + v * LANES);

  const float *plane = t->samples, *weights = t->weights;
  for (int32_t c = 0; c < t->channels; c++, plane += t->channel)
    for (int32_t tap = 0; tap < t->taps; tap++, weights += outputs) {
      const float *samples = plane + t->tap_offset[tap];
      // The smaller side stays in registers.
      if (vectors <= outputs) {
        vec x[MOST_VECTORS];
        EACH(v, vectors) x[v] = v_load(samples + v * LANES);
        EACH(m, outputs) {
          const vec w = v_set(weights[m]);
          EACH(v, vectors) sum[m][v] = v_fma(w, x[v], sum[m][v]);
        }
      } else {
        vec w[TILE_BROADCASTS];
        EACH(m, outputs) w[m] = v_set(weights[m]);
        EACH(v, vectors) {
          const vec x = v_load(samples + v * LANES);
          EACH(m, outputs) sum[m][v] = v_fma(w[m], x, sum[m][v]);
        }
      }
    }

  if (!t->places) {
    EACH(m, outputs) EACH(v, vectors) v_store(t->sums + m * t->strip + v * LANES, sum[m][v]);
    return;
  }
  const output_bounds bounds = bounds_of(t->activation);
  EACH(v, vectors)
    for (int row = 0; row < 2 && t->places[v].lanes[row] != 0; row++) {
      const vmask mask = v_mask(t->places[v].lanes[row]);
      const ptrdiff_t first = t->places[v].output[row];
      EACH(m, outputs) {
        const ptrdiff_t at = first + m * t->output_channel;
        store_output(bounds, sum[m][v], v_set(t->bias[m]), t->residual ? t->residual + at : NULL, t->y + at, false,
                     mask);
      }
    }
}

/// Sums of `vectors` vectors: in full tiles, in one of half the size and in single vectors.
INLINE void sum_strip(const int outputs, plane_tile *t, int32_t vectors) {
  const int full = tile_vectors(outputs), half = half_tile_vectors(outputs);
  while (vectors > 0) {
    int done = 1;
    if (vectors >= full) {
      microkernel(outputs, full, t);
      done = full;
    } else if (vectors >= half) {
      microkernel(outputs, half, t);
      done = half;
    } else {
      microkernel(outputs, 1, t);
    }
    t->samples += done * LANES;
    t->sums += done * LANES;
    if (t->places) t->places += done;
    vectors -= done;
  }
}

#define STRIP(m) \
  static void strip_##m(plane_tile *t, int32_t vectors) { sum_strip(m, t, vectors); }
#define ROW(m) strip_##m,
TILE_SIZES(STRIP)
static void (*const strips[TILE_BROADCASTS])(plane_tile *, int32_t) = {TILE_SIZES(ROW)};
