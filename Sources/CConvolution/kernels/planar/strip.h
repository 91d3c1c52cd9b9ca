// The sums of a strip: vectors side by side in a block, of all outputs of a panel. A tile is the panel's outputs x as
// many vectors as the registers hold sums for; weights are broadcast.
#pragma once

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

typedef struct {
  const float *samples;       ///< of the tile's first output
  int64_t channel;            ///< floats from one staged channel to the next
  int32_t channels, taps;
  const int32_t *tap_offset;
  const float *weights;
  bool continues;             ///< adds to the sums in `sums`
  float *sums;                ///< [output][strip]
  int64_t strip;
} plane_tile;

INLINE void microkernel(const int outputs, const int vectors, const plane_tile *t) {
  vec sum[TILE_BROADCASTS][MOST_VECTORS];
  EACH(m, outputs) EACH(v, vectors) sum[m][v] = v_zero();
  if (t->continues)
    EACH(m, outputs) EACH(v, vectors) sum[m][v] = v_load(t->sums + m * t->strip + v * LANES);

  const float *plane = t->samples, *weights = t->weights;
  const int32_t channels = t->channels, taps = t->taps;
  for (int32_t c = 0; c < channels; c++, plane += t->channel)
    for (int32_t tap = 0; tap < taps; tap++, weights += outputs) {
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

  EACH(m, outputs) EACH(v, vectors) v_store(t->sums + m * t->strip + v * LANES, sum[m][v]);
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
    vectors -= done;
  }
}

#define STRIP(m) \
  static void strip_##m(plane_tile *t, int32_t vectors) { sum_strip(m, t, vectors); }
#define ROW(m) strip_##m,
TILE_SIZES(STRIP)
static void (*const strips[TILE_BROADCASTS])(plane_tile *, int32_t) = {TILE_SIZES(ROW)};
