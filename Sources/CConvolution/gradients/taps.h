// The pixels of a block that one tap multiplies: of each, where its input and its gradient lie. Border taps are worked
// out here, and those that read zeros are left out.
#pragma once

#include "places.h"

typedef struct {
  const float *x;
  ptrdiff_t dy;  ///< by the steps of dy, from the block's first output on: floats, or pixels of a tile
} tap_pixel;

/// What a tap outside reads: the constant of the last axis that it is outside of, row and column being at i and j.
INLINE const float *constant_of(const block_places *places, int32_t i, int32_t j) {
  return places->constant[j < 0 ? 2 : i < 0 ? 1 : 0];
}

/// Lists the pixels of tap (kd, kh, kw). Returns how many.
static int32_t list_tap(const block_places *places, int32_t kd, int32_t kh, int32_t kw,
                        tap_pixel *pixels) {
  const output_block *block = &places->block;
  const int32_t *at[3] = {places->at[0] + kd * block->count[0], places->at[1] + kh * block->count[1],
                          places->at[2] + kw * block->count[2]};
  const ptrdiff_t x_step = places->x_steps.axis[2], dy_step = places->dy_steps.axis[2];
  tap_pixel *next = pixels;
  for (int32_t n = 0; n < block->images; n++)
    for (int32_t d = 0; d < block->count[0]; d++)
      for (int32_t h = 0; h < block->count[1]; h++) {
        const int32_t z = at[0][d], i = at[1][h];
        const bool outside = (z | i) < 0;
        const float *x = places->x + n * places->x_steps.image;
        if (!outside) x += z * places->x_steps.axis[0] + i * places->x_steps.axis[1];
        ptrdiff_t dy = n * places->dy_steps.image + d * places->dy_steps.axis[0] + h * places->dy_steps.axis[1];
        for (int32_t w = 0; w < block->count[2]; w++, dy += dy_step) {
          const int32_t j = at[2][w];
          if (!outside && j >= 0) {
            *next++ = (tap_pixel){x + j * x_step, dy};
            continue;
          }
          const float *constant = constant_of(places, i, j);
          if (constant[0] != 0) *next++ = (tap_pixel){constant, dy};
        }
      }
  return (int32_t)(next - pixels);
}
