// Winograd's transforms of a tile, a vector of channels at a time.
#pragma once

#include "../../shared/finish.h"
#include "../../shared/sizes.h"
#include "../../shared/winograd_lines.h"
#include "weights.h"

/// The tiles of a stretch: as many as there are, and the distances from one to the next on both sides of a transform.
typedef struct {
  int32_t count;
  ptrdiff_t from, to;
} tile_series;

/// Takes the samples of tiles to the points, which are `position` apart.
typedef void input_transform(const float *from, grid at, float *to, ptrdiff_t position, tile_series tiles,
                             int32_t vectors);

INLINE void transform_line_input(const int points, const float *from, ptrdiff_t step, float *to, ptrdiff_t position,
                                 tile_series tiles, int32_t vectors) {
  for (int32_t t = 0; t < tiles.count; t++, from += tiles.from, to += tiles.to)
    for (int32_t o = 0; o < vectors * LANES; o += LANES) {
      vec d[MOST_POINTS], u[MOST_POINTS];
      EACH(i, points) d[i] = v_load(from + i * step + o);
      to_points(points, d, u);
      EACH(i, points) v_store(to + i * position + o, u[i]);
    }
}

INLINE void transform_tile_input(const int height, const int width, const float *from, grid at, float *to,
                                 ptrdiff_t position, tile_series tiles, int32_t vectors) {
  for (int32_t t = 0; t < tiles.count; t++, from += tiles.from, to += tiles.to)
    for (int32_t o = 0; o < vectors * LANES; o += LANES) tile_to_points(height, width, from + o, at, to + o, position);
}

/// What becomes of outputs before they are stored.
typedef struct {
  const float *bias;
  int32_t channels;  ///< of the outputs that are stored
  output_bounds bounds;
} finish;

typedef struct {
  int32_t begin, end;
} index_range;

INLINE int32_t index_count(index_range range) { return range.end - range.begin; }

/// Takes the products of a tile to the outputs of the ranges. A residual, which may be NULL, lies as they do.
typedef void output_transform(const float *products, float *to, grid to_at, index_range rows, index_range columns,
                              const finish *finish, const float *residual);

/// From the products of one position to those of the next.
enum { PRODUCT_POSITION = PANEL };

/// Finishes a line of outputs: all of them, or those of a range.
INLINE void store_line(const int outputs, const vec y[MOST_POINTS], const bool all, index_range range, vmask mask,
                       output_bounds bounds, vec bias, const float *residual, float *to, ptrdiff_t step) {
  EACH(i, outputs)
    if (all || (i >= range.begin && i < range.end))
      store_output(bounds, y[i], bias, residual ? residual + i * step : NULL, to + i * step, all, mask);
}

INLINE void transform_line_output(const int points, const int outputs, const float *products, float *to, ptrdiff_t step,
                                  index_range range, const finish *finish, const float *residual) {
  const output_bounds bounds = finish->bounds;
  for (int32_t o = 0; o < finish->channels; o += LANES) {
    const vmask mask = v_first(least_of(finish->channels - o, LANES));
    const vec bias = v_load_masked(finish->bias + o, mask);
    vec m[MOST_POINTS], y[MOST_POINTS];
    EACH(i, points) m[i] = v_load(products + i * PRODUCT_POSITION + o);
    from_points(points, outputs, m, y);
    if (index_count(range) == outputs && !residual && finish->channels - o >= LANES)
      store_line(outputs, y, true, range, mask, bounds, bias, NULL, to + o, step);
    else
      store_line(outputs, y, false, range, mask, bounds, bias, residual ? residual + o : NULL, to + o, step);
  }
}

/// Takes products to all lines of outputs, every other row at a time, so that all stays in registers.
INLINE void tile_lines(const int height, const int rows, const int width, const int parity, const float *products,
                       vec lines[MOST_POINTS][MOST_POINTS]) {
  EACH(j, width) {
    vec m[MOST_POINTS], y[MOST_POINTS];
    EACH(i, height) m[i] = v_load(products + (i * width + j) * PRODUCT_POSITION);
    from_points_by_parity(height, rows, parity, m, y);
    UNROLL for (int i = parity; i < rows; i += 2) lines[i][j] = y[i];
  }
}

INLINE void transform_tile_output(const int height, const int rows, const int width, const int columns,
                                  const float *products, float *to, grid to_at, index_range row_range,
                                  index_range column_range, const finish *finish, const float *residual) {
  const output_bounds bounds = finish->bounds;
  const bool whole = index_count(row_range) == rows && index_count(column_range) == columns && !residual &&
                     finish->channels % LANES == 0;
  for (int32_t o = 0; o < finish->channels; o += LANES, products += LANES, to += LANES) {
    const vmask mask = v_first(least_of(finish->channels - o, LANES));
    const vec bias = v_load_masked(finish->bias + o, mask);
    vec lines[MOST_POINTS][MOST_POINTS], y[MOST_POINTS];
    if (whole) {
      EACH(parity, 2) {
        tile_lines(height, rows, width, parity, products, lines);
        UNROLL for (int i = parity; i < rows; i += 2) {
          from_points(width, columns, lines[i], y);
          store_line(columns, y, true, column_range, mask, bounds, bias, NULL, to + i * to_at.row, to_at.column);
        }
      }
      continue;
    }
    tile_lines(height, rows, width, 0, products, lines);
    tile_lines(height, rows, width, 1, products, lines);
    for (int32_t i = row_range.begin; i < row_range.end; i++) {
      from_points(width, columns, lines[i], y);
      store_line(columns, y, false, column_range, mask, bounds, bias, residual ? residual + o + i * to_at.row : NULL,
                 to + i * to_at.row, to_at.column);
    }
  }
}
