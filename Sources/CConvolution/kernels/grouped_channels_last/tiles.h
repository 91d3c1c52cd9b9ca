// One function a tile size: of rows of 3, 5 and 7 taps and one or two columns from output to output, and of any rows.
#pragma once

#include "row_tile.h"

typedef void (*row_function)(const row_tile *);

#define FEW(F, ...) F(1, __VA_ARGS__) F(2, __VA_ARGS__) F(3, __VA_ARGS__)
#define MORE(F, ...) F(4, __VA_ARGS__) F(5, __VA_ARGS__) F(6, __VA_ARGS__) F(7, __VA_ARGS__) F(8, __VA_ARGS__)
#define MOST(F, ...) MORE(F, __VA_ARGS__) F(9, __VA_ARGS__) F(10, __VA_ARGS__)
#define TILE(pixels, name, vectors, kernel, shift, how, kind) \
  static void name##pixels(const row_tile *t) { row_microkernel(pixels, vectors, kernel, shift, how, kind, t); }
#define NAME(pixels, name) name##pixels,
#define NONE(pixels, name) NULL,

#define ANY_TILES(name, how, kind) FEW(TILE, name, 1, 0, 0, how, kind) MOST(TILE, name, 1, 0, 0, how, kind)
#define ANY_ROW(name) {FEW(NAME, name) MOST(NAME, name)},
#define THREES(F, how, kind) F(how##_##kind##_3_1_, MOST, 3, 1, how, kind) F(how##_##kind##_3_2_, MOST, 3, 2, how, kind)
#define SHAPES(F, how, kind) \
  THREES(F, how, kind) \
  F(how##_##kind##_5_1_, MORE, 5, 1, how, kind) F(how##_##kind##_5_2_, MORE, 5, 2, how, kind) \
  F(how##_##kind##_7_1_, MORE, 7, 1, how, kind) F(how##_##kind##_7_2_, MORE, 7, 2, how, kind)
#define SHAPE_TILES(name, SIZES, kernel, shift, how, kind) SIZES(TILE, name, 1, kernel, shift, how, kind)
#define SHAPE_ROW(name, SIZES, kernel, shift, how, kind) {FEW(NONE, name) SIZES(NAME, name)},

/// Rows of a table of tiles: the shapes of SHAPES from FIRST_SHAPE on, which are for LEAST_PIXELS at least.
enum { PARTIAL_VECTORS, ANY_SHAPE, FIRST_SHAPE, LEAST_PIXELS = 4 };

/// REACHES: the ways to find input channels that a family has, and the shapes for them.
#define TILES(how, SHAPES) \
  ANY_TILES(how##_partial_, how, PARTIAL) ANY_TILES(how##_any_, how, WHOLE) SHAPES(SHAPE_TILES, how, WHOLE) \
  static const row_function how##_tiles[][PIXELS] = { \
    ANY_ROW(how##_partial_) ANY_ROW(how##_any_) SHAPES(SHAPE_ROW, how, WHOLE) \
  };
#define TABLE(how, shapes) [how] = how##_tiles,
REACHES(TILES)
static const row_function (*const tiles[])[PIXELS] = {REACHES(TABLE)};

/// The shapes of REACH in tiles that are INSIDE.
SHAPES(SHAPE_TILES, REACH, INSIDE)
static const row_function inside_tiles[][PIXELS] = {SHAPES(SHAPE_ROW, REACH, INSIDE)};

/// Pairs of vectors that are each their OWN, for rows of 3 taps.
#define PAIR(pixels, shift) TILE(pixels, pair_3_##shift##_, 2, 3, shift, OWN, WHOLE)
#define PAIRS(shift) PAIR(1, shift) PAIR(2, shift) PAIR(3, shift) PAIR(4, shift)
#define PAIR_ROW(name) {FEW(NAME, name) NAME(4, name)},
PAIRS(1) PAIRS(2)
static const row_function pairs[][PAIR_PIXELS] = {PAIR_ROW(pair_3_1_) PAIR_ROW(pair_3_2_)};
