// The microkernels: the products of a tap's pixels, summed in registers and then added to the sums in memory.
#pragma once

#include "../shared/tile_sizes.h"
#include "output_tiles.h"
#include "taps.h"

typedef struct {
  const tap_pixel *pixels;
  int32_t count;
  ptrdiff_t x;       ///< offset of the first channel in a pixel
  const float *dy;   ///< the first channel of the block's first output
  int32_t channels;  ///< that vectors run over, not more than a tile's
  float *sums;
  ptrdiff_t row;     ///< from one output channel's sums to the next one's
  bool first;        ///< whether nothing has been summed yet
} product;

INLINE vec load_lanes(const float *from, const bool whole, vmask mask) {
  return whole ? v_load(from) : v_load_masked(from, mask);
}

INLINE void add_sum(float *to, vec sum, const bool first, const bool whole, vmask mask) {
  if (!first) sum = v_add(load_lanes(to, whole, mask), sum);
  if (whole)
    v_store(to, sum);
  else
    v_store_masked(to, mask, sum);
}

/// `outputs` channels of dy are broadcast to `vectors` vectors of input channels, of which the last may be partial.
INLINE void multiply_tile(const product *p, const int outputs, const int vectors, const bool whole) {
  const vmask mask = v_first(p->channels - (vectors - 1) * LANES);
  const ptrdiff_t x_offset = p->x, row = p->row;
  const float *const first_dy = p->dy;
  float *const sums = p->sums;
  const bool first = p->first;
  vec sum[TILE_BROADCASTS][MOST_VECTORS];
  EACH(o, outputs) EACH(v, vectors) sum[o][v] = v_zero();
  for (const tap_pixel *pixel = p->pixels, *const end = pixel + p->count; pixel < end; pixel++) {
    const float *x = pixel->x + x_offset, *dy = first_dy + pixel->dy * outputs;
    vec sample[MOST_VECTORS];
    EACH(v, vectors) sample[v] = load_lanes(x + v * LANES, whole || v < vectors - 1, mask);
    EACH(o, outputs) {
      const vec gradient = v_set(dy[o]);
      EACH(v, vectors) sum[o][v] = v_fma(gradient, sample[v], sum[o][v]);
    }
  }
  EACH(o, outputs) EACH(v, vectors)
    add_sum(sums + o * row + v * LANES, sum[o][v], first, whole || v < vectors - 1, mask);
}

typedef void product_function(const product *p);

// One function a tile size: a row for each number of output channels, of so many vectors, partial or whole.
#define PRODUCT(o, vectors, name, whole) \
  static void name##_product_##o##x##vectors(const product *p) { multiply_tile(p, o, vectors, whole); }
#define BOTH(o, vectors) PRODUCT(o, vectors, partial, false) PRODUCT(o, vectors, whole, true)
#define NAMES(o, vectors) {partial_product_##o##x##vectors, whole_product_##o##x##vectors}
#define PRODUCTS(o) BOTH(o, 1) BOTH(o, 2)
#define PRODUCT_ROW(o) [o - 1] = {NAMES(o, 1), NAMES(o, 2)},
TILE_SIZES(PRODUCTS)
static product_function *const product_functions[TILE_BROADCASTS][TILE_VECTORS][2] = {TILE_SIZES(PRODUCT_ROW)};

// Likewise of three or four vectors; NULL ends the table, which may have no row.
#define WIDE_PRODUCTS(o) BOTH(o, 3) BOTH(o, 4)
#define WIDE_ROW(o) {NAMES(o, 3), NAMES(o, 4)},
PAIR_SIZES(WIDE_PRODUCTS)
static product_function *const wide_functions[PAIR_BROADCASTS + 1][TILE_VECTORS][2] = {
    PAIR_SIZES(WIDE_ROW) {{NULL}}};

/// Taps of a block, each with its pixels and sums.
typedef struct {
  const tap_pixel *pixels;  ///< [tap][room]
  const int32_t *counts;
  int32_t count, room;
  ptrdiff_t step;           ///< from one tap's sums to the next one's
} tap_products;

/// Multiplies the output channels of a group, whose sums are rows from the first one's on, tile by tile. What a tile
/// reads stays in the first-level cache for all taps.
INLINE void multiply(product p, const tap_products *taps, const output_tiles *tiles) {
  const int32_t vectors = parts_of(p.channels, LANES);
  const bool wide = vectors > TILE_VECTORS, whole = p.channels % LANES == 0;
  float *const sums = p.sums;
  for (int32_t i = 0; i < tiles->count; i++) {
    const int32_t begin = tile_begin(tiles, i), outputs = tile_channels(tiles, i);
    product_function *const function = wide ? wide_functions[outputs - 1][vectors - TILE_VECTORS - 1][whole]
                                            : product_functions[outputs - 1][vectors - 1][whole];
    p.dy = staged_tile(tiles, i);
    for (int32_t tap = 0; tap < taps->count; tap++) {
      p.pixels = taps->pixels + (ptrdiff_t)tap * taps->room;
      p.count = taps->counts[tap];
      p.sums = sums + begin * p.row + tap * taps->step;
      function(&p);
    }
  }
}

/// Channel by channel: those of dy are those of x.
INLINE void multiply_channels(const product *p, const int vectors, const bool whole) {
  const vmask mask = v_first(p->channels - (vectors - 1) * LANES);
  vec sum[CHANNELWISE_VECTORS];
  EACH(v, vectors) sum[v] = v_zero();
  const ptrdiff_t x_offset = p->x;
  const float *const first_dy = p->dy;
  for (const tap_pixel *pixel = p->pixels, *const end = pixel + p->count; pixel < end; pixel++) {
    const float *x = pixel->x + x_offset, *dy = first_dy + pixel->dy;
    EACH(v, vectors) {
      const bool all = whole || v < vectors - 1;
      sum[v] = v_fma(load_lanes(dy + v * LANES, all, mask), load_lanes(x + v * LANES, all, mask), sum[v]);
    }
  }
  EACH(v, vectors) add_sum(p->sums + v * LANES, sum[v], p->first, whole || v < vectors - 1, mask);
}

/// As many channels as there are, up to CHANNELWISE_CHANNELS; their sums are those of the first tap.
static void multiply_channelwise(product p, const tap_products *taps) {
  const int vectors = p.channels == CHANNELWISE_CHANNELS ? CHANNELWISE_VECTORS : 1;
  float *const sums = p.sums;
  for (int32_t end = p.channels, channel = 0; channel < end; channel += vectors * LANES) {
    p.channels = least_of(end - channel, vectors * LANES);
    for (int32_t tap = 0; tap < taps->count; tap++) {
      p.pixels = taps->pixels + (ptrdiff_t)tap * taps->room;
      p.count = taps->counts[tap];
      p.sums = sums + channel + tap * taps->step;
      if (vectors == CHANNELWISE_VECTORS)
        multiply_channels(&p, CHANNELWISE_VECTORS, true);
      else
        multiply_channels(&p, 1, false);
    }
    p.x += vectors * LANES;
    p.dy += vectors * LANES;
  }
}
