// EVERY_TILE: TILE(pixels, vectors) for every size of tile that there is.
#pragma once

#include "../../shared/tile_sizes.h"

// Tiles of one vector go up to a table's pixels.
#if PAIR_BROADCASTS > 0
#define LARGER_SIZES(F)
#elif TILE_BROADCASTS == 6
#define LARGER_SIZES(F) F(7) F(8) F(9) F(10) F(11) F(12)
#elif TILE_BROADCASTS == 4
#define LARGER_SIZES(F) F(5) F(6) F(7) F(8)
#endif

// Those of two panels have PAIR_PIXELS. Where registers are few, they are for tasks that have no more pixels: the sums
// of one panel would wait for each other.
#if PAIR_BROADCASTS > 0
#define PAIR_PIXELS PAIR_BROADCASTS
#define PAIRED_SIZES(F) PAIR_SIZES(F)
#else
#define PAIR_PIXELS 2
#define PAIRED_SIZES(F) F(1) F(2)
#endif

#define OF_ONE(pixels) TILE(pixels, 1)
#define OF_TWO(pixels) TILE(pixels, 2)
#define OF_THREE(pixels) TILE(pixels, 3)
#define OF_FOUR(pixels) TILE(pixels, 4)
#define EVERY_TILE \
  TILE_SIZES(OF_ONE) LARGER_SIZES(OF_ONE) TILE_SIZES(OF_TWO) TRIPLE_SIZES(OF_THREE) PAIRED_SIZES(OF_FOUR)
