// The tiles of a block: the same for all its channels.
#pragma once

#include "tile.h"

/// Rows of outputs that tiles are cut from.
typedef struct {
  int32_t rows, columns;
} tile_grid;

/// A single row is folded into rows of VECTORS vectors, so that its tiles are full ones; where no row of samples is
/// shared, all the same to a tile.
INLINE bool is_folded(const conv_problem *problem, int32_t rows, int32_t columns) {
  return rows == 1 && columns >= 2 * VECTORS * LANES && shared_taps(problem) == 0;
}

/// The grids of rows x columns outputs: those of a folded row, or all of them; and what is left of a folded row.
INLINE void grids_of(const conv_problem *problem, int32_t rows, int32_t columns, tile_grid grids[2]) {
  const int32_t folded = is_folded(problem, rows, columns) ? columns / (VECTORS * LANES) : 0;
  grids[0] = folded > 0 ? (tile_grid){folded, VECTORS * LANES} : (tile_grid){rows, columns};
  grids[1] = (tile_grid){folded > 0, columns - folded * VECTORS * LANES};
}

/// Columns of tiles of a plane of a block, at most.
INLINE int32_t plane_columns(int32_t columns) { return 2 * parts_of(parts_of(columns, LANES), VECTORS) + 2; }

/// Where a grid's first output lies and how far the next row is.
typedef struct {
  int32_t samples, samples_row;
  ptrdiff_t output, output_row;
  int32_t free_rows;  ///< from its first row on, whose outputs lie one behind the other and are all yet to be stored
} grid_place;

/// Columns of tiles of one block, with the functions that sum them up.
typedef struct {
  tile_function *sum;
  tile_column column;
} block_column;

/// Lists a grid's tiles, those of most rows before those of one less. A vector may be stored beyond a row's end where
/// that is computed later: the last column comes first.
static inline block_column *list_tiles(block_column *to, const conv_problem *problem, tile_grid grid,
                                       grid_place place) {
  tile_function *const (*functions)[VECTORS] = tiles_of(problem);
  const int32_t vectors = parts_of(grid.columns, LANES), across = parts_of(vectors, VECTORS);
  for (int32_t j = across; j-- > 0;) {
    const int32_t first = j * VECTORS, last = least_of(vectors, first + VECTORS) - 1;
    const int32_t down = parts_of(grid.rows, tile_rows(problem, last - first + 1));
    const int32_t rows = grid.rows / down, more = grid.rows % down;
    const int32_t beyond = (last + 1) * LANES - grid.columns;
    tile_column column = {
        .count = more,
        .samples = place.samples + first * LANES,
        .output = place.output + first * LANES,
        .last = least_of(grid.columns - last * LANES, LANES),
        .whole_rows = place.free_rows - parts_of(beyond, grid.columns),
    };
    if (more > 0) *to++ = (block_column){functions[rows][last - first], column};
    const int32_t above = more * (rows + 1);
    column.count = down - more;
    column.samples += above * place.samples_row;
    column.output += above * place.output_row;
    column.whole_rows -= above;
    *to++ = (block_column){functions[rows - 1][last - first], column};
  }
  return to;
}
