// Reduces rows to one: a vector runs along outputs that lie side by side.
#pragma once

#include "axes.h"
#include "terms.h"

enum {
  /// Outputs of a strip, whose sums stay in the first-level cache.
  STRIP = 512,
  /// Rows that are joined one after the other before they are joined to the sum of other such blocks.
  BLOCK_ROWS_REDUCED = 64,
};

typedef struct {
  float block[STRIP], superblock[STRIP];
} strip_sums;

/// Joins `count` values to others, and makes them empty again.
INLINE void join_values(const reduction_term term, float *to, float *from, int32_t count) {
  for (int32_t i = 0; i < count; i += LANES) {
    const vmask taken = v_first(least_of(count - i, LANES));
    v_store_masked(to + i, taken, joined_terms(term, v_load_masked(to + i, taken), v_load_masked(from + i, taken)));
    v_store_masked(from + i, taken, empty_term(term));
  }
}

INLINE void set_values(float *values, vec value, int32_t count) {
  for (int32_t i = 0; i < count; i += LANES) v_store_masked(values + i, v_first(least_of(count - i, LANES)), value);
}

/// Joins a row of x, `count` values, to the sums of a block.
INLINE void reduce_row(const reduction_term term, const float *x, const float *shift, float *sums, int32_t count) {
  int32_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const vec value = term_of(term, v_load(x + i), shift ? v_load(shift + i) : v_zero());
    v_store(sums + i, joined_terms(term, v_load(sums + i), value));
  }
  if (i == count) return;
  const vmask taken = v_first(count - i);
  const vec value = term_of(term, v_load_masked(x + i, taken), shift ? v_load_masked(shift + i, taken) : v_zero());
  v_store_masked(sums + i, taken, joined_terms(term, v_load_masked(sums + i, taken), value));
}

/// Rows `rows` of a strip of `count` outputs, to `all`.
INLINE void reduce_rows(const reduction_term term, const float *x, const axis_group *reduced, span rows,
                        const float *shift, float *all, int32_t count) {
  strip_sums sums;
  const vec empty = empty_term(term);
  set_values(sums.block, empty, count);
  set_values(sums.superblock, empty, count);
  set_values(all, empty, count);
  int32_t blocks = 0;
  for (int64_t row = rows.first; row < rows.end;) {
    const int64_t end = rows.end - row < BLOCK_ROWS_REDUCED ? rows.end : row + BLOCK_ROWS_REDUCED;
    for (; row < end; row++) reduce_row(term, x + place_of(reduced, row), shift, sums.block, count);
    join_values(term, sums.superblock, sums.block, count);
    if (++blocks == BLOCK_ROWS_REDUCED) {
      join_values(term, all, sums.superblock, count);
      blocks = 0;
    }
  }
  join_values(term, all, sums.superblock, count);
}
