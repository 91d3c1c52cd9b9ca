// The microkernel: some outputs of a row x one vector of channels after the other, or two together. The weights of a
// row of taps are kept in registers, and each of its samples is read once for all the outputs that it meets. Whatever
// the tile, an output sums its products in the order of [row of taps][input channel][tap of the row].
#pragma once

#include "../../shared/finish.h"
#include "vectors.h"

/// Outputs of a tile at most: of one vector, of one beside the weights of more than three taps, and of a pair of vectors;
/// and taps of a row whose weights are kept in registers. Each sum waits four cycles for the one before, in which eight
/// multiply-adds begin: a few sums more than that keep the units busy.
enum { PIXELS = 10, LONG_ROW_PIXELS = 8, PAIR_PIXELS = 4, MOST_TAPS = 7 };

/// Where the samples of one row of taps lie: `columns[j] + offset` meets tap j - shift * p of the tile's output p.
typedef struct {
  const float *const *columns;
  ptrdiff_t offset;
  int32_t tap;  ///< the row's first
} sample_row;

typedef struct {
  const conv_problem *problem;
  const conv_operands *image;
  const sample_row *rows;
  int32_t row_count;
  int32_t shift;          ///< columns from output to output
  ptrdiff_t column;       ///< from one to the next, in tiles that are inside
  ptrdiff_t below;        ///< from the last row to the one that the next row of outputs adds; 0 where there is none
  ptrdiff_t first, step;  ///< the first output in y, and from one to the next
  int32_t tiles;          ///< side by side, where they are INSIDE
  int32_t first_vector, end_vector;
} row_tile;

/// What a tile is made of.
typedef enum {
  INSIDE,   ///< its columns lie at one distance from each other
  WHOLE,    ///< vectors whose samples are whole
  PARTIAL,  ///< vectors of which some lanes are masked
} tile_kind;

/// Whether there are fewer channels than lanes, which all read the same samples: only stores are masked.
INLINE bool is_narrow(const conv_problem *problem, const reach how) {
  return how == SHARED && channel_count(problem) < LANES;
}

/// The lanes of a vector that are stored: not those that it reached back for.
INLINE vmask own_lanes(const conv_problem *problem, int32_t vector, int32_t channel) {
  const int32_t end = least_of(channel_count(problem) - channel, LANES), begin = vector * LANES - channel;
  return v_mask(((1u << end) - 1) >> begin << begin);
}

/// The samples of one column that the lanes of a vector read. Those of a vector that is not whole are masked.
INLINE vec sample_of(const float *at, const int32_t *lanes, const reach how, const bool whole, vmask mask) {
  if (how == SHARED) return v_set(*at);
  const vec samples = whole ? v_load(at) : v_load_masked(at, mask);
  return how == OWN ? samples : how == NEAR ? v_permute_fours(samples, lanes) : v_permute(samples, lanes);
}

/// Brings near the row of samples that the next row of outputs adds: a cache line a column.
INLINE void fetch_below(const row_tile *t, const int columns, ptrdiff_t input, ptrdiff_t moved) {
  if (t->below == 0 || input % LINE_FLOATS >= LANES) return;
  const sample_row *last = t->rows + t->row_count - 1;
  EACH(j, columns) __builtin_prefetch(last->columns[j] + last->offset + t->below + input + moved);
}

/// Stores the sums of vector v of all pixels, from output `first` on.
INLINE void store_pixels(const int pixels, const conv_operands *image, output_bounds bounds, vec sum[PIXELS][2],
                         const int v, ptrdiff_t first, ptrdiff_t step, vec bias, const bool whole, vmask stored) {
  float *y = image->y + first;
  if (image->residual)
    EACH(p, pixels)
      store_output(bounds, sum[p][v], bias, image->residual + first + p * step, y + p * step, whole, stored);
  else
    EACH(p, pixels) store_output(bounds, sum[p][v], bias, NULL, y + p * step, whole, stored);
}

/// What every vector of a layer has in common.
typedef struct {
  int32_t inputs;             ///< channels that one vector goes through
  ptrdiff_t input_weights, vector_weights;  ///< floats from one's weights to the next one's
  vmask read;                 ///< the lanes of samples that are not whole
} row_layer;

INLINE row_layer row_layer_of(const conv_problem *problem, const reach how) {
  return (row_layer){
      .inputs = how == OWN ? 1 : problem->input_channels,
      .input_weights = (ptrdiff_t)tap_count(problem) * LANES,
      .vector_weights = (ptrdiff_t)vector_weights(problem, how),
      .read = v_first(least_of(input_count(problem), LANES)),
  };
}

/// Adds the products of all rows of taps, whose samples are `moved` from where the rows say. `kernel` taps of a row and
/// `shift` columns from output to output are known where this is compiled, or 0.
INLINE void add_rows(const int pixels, const int vectors, const int kernel, const int shift, const reach how,
                     const tile_kind kind, const row_tile *t, const row_layer layer, const float *packed,
                     ptrdiff_t moved, vec sum[PIXELS][2]) {
  const float *weights = is_permuted(how) ? packed + layer.inputs * LANES : packed;
  const ptrdiff_t column = t->column;
  const int32_t width = t->problem->axis[2].kernel, any_shift = t->shift;
  for (const sample_row *row = t->rows, *const end = row + t->row_count; row < end; row++) {
    const float *const *columns = row->columns;
    const float *row_weights = weights + row->tap * LANES;
    const int32_t *lanes = (const int32_t *)packed;
    ptrdiff_t offset = row->offset + moved;
    for (int32_t c = 0; c < layer.inputs;
         c++, row_weights += layer.input_weights, lanes += LANES, offset += how == SHARED) {
      OPAQUE(offset);
      if (kernel > 0) {
        vec w[MOST_TAPS][2];
        EACH(k, kernel) EACH(v, vectors) w[k][v] = v_load(row_weights + v * layer.vector_weights + k * LANES);
        const float *inside = columns[0] + offset;
        EACH(j, (pixels - 1) * shift + kernel) {
          const float *at = kind == INSIDE ? inside : columns[j] + offset;
          if (kind == INSIDE) {
            OPAQUE(inside);
            inside += column;
          }
          EACH(v, vectors) {
            const vec x = sample_of(at + v * LANES, lanes, how, true, layer.read);
            EACH(p, pixels)
              if (j - p * shift >= 0 && j - p * shift < kernel) {
                sum[p][v] = v_fma(x, w[j - p * shift][v], sum[p][v]);
                PINNED(sum[p][v]);
              }
          }
        }
      } else {
        for (int32_t k = 0; k < width; k++) {
          const vec w = v_load(row_weights + k * LANES);
          EACH(p, pixels) sum[p][0] = v_fma(
              sample_of(columns[p * any_shift + k] + offset, lanes, how, kind != PARTIAL, layer.read), w, sum[p][0]);
        }
      }
    }
  }
}

/// Computes tiles side by side, of each one vector after the other.
INLINE void row_microkernel(const int pixels, const int vectors, const int kernel, const int shift, const reach how,
                            const tile_kind kind, const row_tile *t) {
  const conv_problem *problem = t->problem;
  const conv_operands image = *t->image;
  const row_layer layer = row_layer_of(problem, how);
  const output_bounds bounds = bounds_of(&problem->activation);
  const int32_t last_channel = last_vector_channel(problem), first_vector = t->first_vector, end_vector = t->end_vector;
  const int32_t tiles = kind == INSIDE ? t->tiles : 1;
  const ptrdiff_t step = t->step, next_input = pixels * shift * t->column;
  const bool stores_whole = kind != PARTIAL && !is_narrow(problem, how);
  ptrdiff_t first = t->first, moved = 0;
  for (int32_t tile = 0; tile < tiles; tile++, first += pixels * step, moved += next_input) {
    const float *packed = image.packed + first_vector * layer.vector_weights;
    for (int32_t vector = first_vector; vector < end_vector; vector += vectors) {
      const int32_t channel = least_of(vector * LANES, last_channel);
      const ptrdiff_t input = vector_input(problem, how, channel);
      if (kernel > 0 && how != SHARED) fetch_below(t, (pixels - 1) * shift + kernel, input, moved);
      vec sum[PIXELS][2];
      EACH(p, pixels) EACH(v, vectors) sum[p][v] = v_zero();
      add_rows(pixels, vectors, kernel, shift, how, kind, t, layer, packed, input + moved, sum);
      EACH(v, vectors) {
        const int32_t o = channel + v * LANES;
        const vmask stored = own_lanes(problem, vector + v, o);
        if (stores_whole)
          store_pixels(pixels, &image, bounds, sum, v, first + o, step, v_load(image.bias + o), true, stored);
        else
          store_pixels(pixels, &image, bounds, sum, v, first + o, step, v_load_masked(image.bias + o, stored), false,
                       stored);
      }
      packed += vectors * layer.vector_weights;
    }
  }
}
