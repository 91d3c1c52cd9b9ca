// The microkernels: the products of a tap's pixels, summed in registers and then added to the sums in memory.
#pragma once

#include "taps.h"

typedef struct {
  const tap_pixel *pixels;
  int32_t count;
  ptrdiff_t x, dy;   ///< offsets of the first channels in a pixel
  int32_t channels;  ///< that vectors run over, not more than a tile's
  float *sums;
  ptrdiff_t row;     ///< from one output channel's sums to the next one's
  bool first;        ///< whether nothing has been summed yet
} product;

INLINE vec load_lanes(const float *from, const bool whole, vmask mask) {
  return whole ? v_load(from) : v_load_masked(from, mask);
}

INLINE void add_sums(const product *p, float *to, vec sum, const bool whole, vmask mask) {
  if (!p->first) sum = v_add(load_lanes(to, whole, mask), sum);
  if (whole)
    v_store(to, sum);
  else
    v_store_masked(to, mask, sum);
}

/// `outputs` channels of dy are broadcast to `vectors` vectors of input channels, of which the last may be partial.
INLINE void multiply_tile(const product *p, const int outputs, const int vectors, const bool whole) {
  const vmask mask = v_first(p->channels - (vectors - 1) * LANES);
  vec sum[TILE_BROADCASTS][TILE_VECTORS];
  EACH(o, outputs) EACH(v, vectors) sum[o][v] = v_zero();
  EACH(o, outputs) __builtin_prefetch(p->sums + o * p->row, 1);
  const ptrdiff_t x_offset = p->x, dy_offset = p->dy;
  for (const tap_pixel *pixel = p->pixels, *const end = pixel + p->count; pixel < end; pixel++) {
    const float *x = pixel->x + x_offset, *dy = pixel->dy + dy_offset;
    vec sample[TILE_VECTORS];
    EACH(v, vectors) sample[v] = load_lanes(x + v * LANES, whole || v < vectors - 1, mask);
    EACH(o, outputs) {
      const vec gradient = v_set(dy[o]);
      EACH(v, vectors) sum[o][v] = v_fma(gradient, sample[v], sum[o][v]);
    }
  }
  EACH(o, outputs) EACH(v, vectors)
    add_sums(p, p->sums + o * p->row + v * LANES, sum[o][v], whole || v < vectors - 1, mask);
}

typedef void product_function(const product *p);

// One function a tile size: a row for each number of output channels, of one or two vectors, partial or whole.
#define PRODUCT(o, vectors, name, whole) \
  static void name##_product_##o##x##vectors(const product *p) { multiply_tile(p, o, vectors, whole); }
#define PRODUCTS(o) \
  PRODUCT(o, 1, partial, false) PRODUCT(o, 1, whole, true) PRODUCT(o, 2, partial, false) PRODUCT(o, 2, whole, true)
#define PRODUCT_ROW(o) \
  [o - 1] = {{partial_product_##o##x1, whole_product_##o##x1}, {partial_product_##o##x2, whole_product_##o##x2}},
TILE_SIZES(PRODUCTS)
static product_function *const product_functions[TILE_BROADCASTS][TILE_VECTORS][2] = {TILE_SIZES(PRODUCT_ROW)};

INLINE void multiply(const product *p, int32_t outputs) {
  product_functions[outputs - 1][parts_of(p->channels, LANES) - 1][p->channels % LANES == 0](p);
}

/// Channel by channel: those of dy are those of x.
INLINE void multiply_channels(const product *p, const int vectors, const bool whole) {
  const vmask mask = v_first(p->channels - (vectors - 1) * LANES);
  vec sum[DEPTHWISE_VECTORS];
  EACH(v, vectors) sum[v] = v_zero();
  const ptrdiff_t channel = p->x;
  for (const tap_pixel *pixel = p->pixels, *const end = pixel + p->count; pixel < end; pixel++) {
    const float *x = pixel->x + channel, *dy = pixel->dy + channel;
    EACH(v, vectors) {
      const bool all = whole || v < vectors - 1;
      sum[v] = v_fma(load_lanes(dy + v * LANES, all, mask), load_lanes(x + v * LANES, all, mask), sum[v]);
    }
  }
  EACH(v, vectors) add_sums(p, p->sums + v * LANES, sum[v], whole || v < vectors - 1, mask);
}

/// As many vectors as there are, up to DEPTHWISE_VECTORS.
static void multiply_depthwise(const product *p) {
  if (p->channels == DEPTHWISE_CHANNELS) {
    multiply_channels(p, DEPTHWISE_VECTORS, true);
    return;
  }
  product part = *p;
  for (int32_t left = p->channels; left > 0; left -= LANES, part.x += LANES, part.sums += LANES) {
    part.channels = least_of(left, LANES);
    multiply_channels(&part, 1, false);
  }
}
