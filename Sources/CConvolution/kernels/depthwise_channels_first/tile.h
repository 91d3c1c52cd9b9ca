// The sums of a column of tiles, one below the other, of one output channel. A tile is rows of outputs x vectors side
// by side.
#pragma once

#include "../../shared/finish.h"
#include "block.h"

/// One output channel of a block.
typedef struct {
  const float *samples;        ///< its staged input channel
  int32_t pitch, samples_row;  ///< floats from one staged row to the next, and to that of the next row of outputs
  int32_t taps, depth_taps, width_taps;
  const int32_t *offsets;      ///< of each tap in a staged channel; where height taps share rows, of the first of them
  const float *weights;
  float bias;
  const float *residual;
  /// Rows whose last vector is stored whole, where that is full, and beyond those that a column says, where it is not.
  int32_t full_rows, free_rows;
  float *y;
  ptrdiff_t output_row;
  const conv_activation *activation;
} channel_sums;

/// `count` tiles one below the other.
typedef struct {
  int32_t count;
  int32_t samples;     ///< of the first output, in a staged channel
  ptrdiff_t output;
  int32_t last;        ///< outputs of the last vector of a row
  int32_t whole_rows;  ///< whose last vector may be stored whole nevertheless: what lies behind is computed later
} tile_column;

/// The end of those rows of a tile, from `row` on, whose last vector is not stored whole or which have a residual.
static __attribute__((noinline)) void store_rows(const channel_sums *c, const tile_column *column, ptrdiff_t output,
                                                 int32_t row, int32_t rows, int32_t vectors, const float *sums) {
  const output_bounds bounds = bounds_of(c->activation);
  for (sums += row * vectors * LANES; row < rows; row++)
    for (int32_t v = 0; v < vectors; v++, sums += LANES) {
      const ptrdiff_t at = output + row * c->output_row + v * LANES;
      const float *residual = c->residual ? c->residual + at : NULL;
      const int32_t outputs = v + 1 < vectors ? LANES : column->last;
      store_output(bounds, v_load(sums), v_set(c->bias), residual, c->y + at, outputs == LANES, v_first(outputs));
    }
}

/// With `shared` height taps, `stride` apart, each row of samples is read once for all of them; with 0, for every tap.
INLINE void sum_tile(const int shared, const int stride, const int rows, const int vectors, const channel_sums *c,
                     const float *samples, vec sum[MOST_ROWS][VECTORS]) {
  const ptrdiff_t row_step = shared ? c->pitch : c->samples_row;
  const float *weights = c->weights;
  const int32_t *offset = c->offsets;
  EACH(r, rows) EACH(v, vectors) sum[r][v] = v_zero();
  if (shared) {
    for (int32_t kd = 0; kd < c->depth_taps; kd++, weights += (shared - 1) * c->width_taps)
      for (int32_t kw = 0; kw < c->width_taps; kw++, weights++) {
        vec w[MOST_SHARED];
        EACH(kh, shared) w[kh] = v_set(weights[kh * c->width_taps]);
        const float *row = samples + *offset++;
        EACH(u, (rows - 1) * stride + shared) {
          // Row u is tap kh of output row (u - kh) / stride.
          EACH(v, vectors) {
            const vec x = v_load(row + v * LANES);
            EACH(r, rows)
              if (u - r * stride >= 0 && u - r * stride < shared) sum[r][v] = v_fma(w[u - r * stride], x, sum[r][v]);
          }
          row += row_step;
        }
      }
  } else {
    for (int32_t tap = 0; tap < c->taps; tap++) {
      const vec w = v_set(weights[tap]);
      const float *row = samples + offset[tap];
      EACH(r, rows) {
        EACH(v, vectors) sum[r][v] = v_fma(w, v_load(row + v * LANES), sum[r][v]);
        row += row_step;
      }
    }
  }
}

INLINE void sum_column(const int shared, const int stride, const int rows, const int vectors, const channel_sums *c,
                       const tile_column *column) {
  const output_bounds bounds = bounds_of(c->activation);
  const vec bias = v_set(c->bias);
  const ptrdiff_t output_row = c->output_row;
  const float *samples = c->samples + column->samples;
  const int32_t step = c->samples_row * rows;
  int32_t whole_rows = column->last == LANES ? c->full_rows : column->whole_rows + c->free_rows;
  ptrdiff_t output = column->output;
  for (int32_t n = column->count; n > 0; n--, samples += step, output += rows * output_row, whole_rows -= rows) {
    vec sum[MOST_ROWS][VECTORS];
    sum_tile(shared, stride, rows, vectors, c, samples, sum);
    float *y = c->y + output;
    EACH(r, rows)
      if (r < whole_rows) {
        EACH(v, vectors) store_output(bounds, sum[r][v], bias, NULL, y + v * LANES, true, v_first(LANES));
        y += output_row;
      }
    if (whole_rows < rows) {
      float sums[MOST_ROWS * VECTORS * LANES];
      EACH(r, rows) EACH(v, vectors) v_store(sums + (r * vectors + v) * LANES, sum[r][v]);
      store_rows(c, column, output, whole_rows < 0 ? 0 : whole_rows, rows, vectors, sums);
    }
  }
}

typedef void tile_function(const channel_sums *c, const tile_column *column);

// One function a kind of kernel and a tile size.
#define TILE(shared, stride, rows, vectors) \
  static void tile_##shared##_##stride##_##rows##x##vectors(const channel_sums *c, const tile_column *column) { \
    sum_column(shared, stride, rows, vectors, c, column); \
  }
#define PAIR(shared, stride, rows) TILE(shared, stride, rows, 1) TILE(shared, stride, rows, 2)
#define SINGLE(shared, stride, rows) TILE(shared, stride, rows, 1)
#define PAIR_ENTRY(shared, stride, rows) {tile_##shared##_##stride##_##rows##x1, tile_##shared##_##stride##_##rows##x2},
#define SINGLE_ENTRY(shared, stride, rows) {tile_##shared##_##stride##_##rows##x1, NULL},
#define KIND(shared, stride, EACH_ROWS) \
  EACH_ROWS(PAIR, SINGLE, shared, stride) \
  static tile_function *const tiles_##shared##_##stride[MOST_ROWS][VECTORS] = { \
      EACH_ROWS(PAIR_ENTRY, SINGLE_ENTRY, shared, stride)};
// As tile_rows: pairs of vectors of up to so many rows, single ones of up to MOST_ROWS.
#define PAIRS_4(P, S, k, s) P(k, s, 1) P(k, s, 2) P(k, s, 3) P(k, s, 4) S(k, s, 5) S(k, s, 6) S(k, s, 7) S(k, s, 8)
#define PAIRS_5(P, S, k, s) P(k, s, 1) P(k, s, 2) P(k, s, 3) P(k, s, 4) P(k, s, 5) S(k, s, 6) S(k, s, 7) S(k, s, 8)
#define PAIRS_6(P, S, k, s) P(k, s, 1) P(k, s, 2) P(k, s, 3) P(k, s, 4) P(k, s, 5) P(k, s, 6) S(k, s, 7) S(k, s, 8)
KIND(3, 1, PAIRS_6) KIND(5, 1, PAIRS_5) KIND(7, 1, PAIRS_4) KIND(3, 2, PAIRS_6) KIND(5, 2, PAIRS_5) KIND(7, 2, PAIRS_4)
KIND(0, 0, PAIRS_6)
#undef PAIR
#undef SINGLE
#undef PAIR_ENTRY
#undef SINGLE_ENTRY
#undef TILE
#undef KIND

/// The functions of a problem, [rows - 1][vectors - 1].
INLINE tile_function *const (*tiles_of(const conv_problem *problem))[VECTORS] {
  const bool plain = problem->axis[1].stride == 1;
  switch (shared_taps(problem)) {
    case 3: return plain ? tiles_3_1 : tiles_3_2;
    case 5: return plain ? tiles_5_1 : tiles_5_2;
    case 7: return plain ? tiles_7_1 : tiles_7_2;
    default: return tiles_0_0;
  }
}
