// TILE_SIZES(F): F(1) F(2) ... F(TILE_BROADCASTS), a function or a table row for every number of broadcasts;
// PAIR_SIZES(F) and TRIPLE_SIZES(F): up to PAIR_BROADCASTS and TRIPLE_BROADCASTS.
#pragma once

#if TILE_BROADCASTS == 14
#define TILE_SIZES(F) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14)
#elif TILE_BROADCASTS == 6
#define TILE_SIZES(F) F(1) F(2) F(3) F(4) F(5) F(6)
#elif TILE_BROADCASTS == 4
#define TILE_SIZES(F) F(1) F(2) F(3) F(4)
#else
#error "no list of tile sizes for this TILE_BROADCASTS"
#endif

#if PAIR_BROADCASTS == 6
#define PAIR_SIZES(F) F(1) F(2) F(3) F(4) F(5) F(6)
#elif PAIR_BROADCASTS == 0
#define PAIR_SIZES(F)
#else
#error "no list of pair sizes for this PAIR_BROADCASTS"
#endif

#if TRIPLE_BROADCASTS == 4
#define TRIPLE_SIZES(F) F(1) F(2) F(3) F(4)
#elif TRIPLE_BROADCASTS == 0
#define TRIPLE_SIZES(F)
#else
#error "no list of triple sizes for this TRIPLE_BROADCASTS"
#endif
