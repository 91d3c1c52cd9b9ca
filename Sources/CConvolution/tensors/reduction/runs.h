// Reduces values that lie side by side along a reduced axis: a vector runs along them.
#pragma once

#include "axes.h"
#include "terms.h"

enum {
  RUN_VECTORS = 4,
  /// Vectors that are joined one after the other before they are joined to the sum of other such blocks: errors do not
  /// grow with all of them.
  BLOCK_VECTORS = 64 * RUN_VECTORS,
};

/// Blocks are joined into a superblock, those into one vector.
typedef struct {
  vec block, superblock, all;
  int32_t vectors, blocks;
} cascade;

INLINE cascade empty_cascade(const reduction_term term) {
  const vec empty = empty_term(term);
  return (cascade){.block = empty, .superblock = empty, .all = empty};
}

INLINE void join_superblock(const reduction_term term, cascade *c) {
  c->all = joined_terms(term, c->all, c->superblock);
  c->superblock = empty_term(term);
  c->blocks = 0;
}

INLINE void join_block(const reduction_term term, cascade *c, int32_t vectors) {
  c->vectors += vectors;
  if (c->vectors < BLOCK_VECTORS) return;
  c->superblock = joined_terms(term, c->superblock, c->block);
  c->block = empty_term(term);
  c->vectors = 0;
  if (++c->blocks == BLOCK_VECTORS) join_superblock(term, c);
}

INLINE vec end_of_cascade(const reduction_term term, cascade *c) {
  return joined_terms(term, c->all, joined_terms(term, c->superblock, c->block));
}

/// Joins `count` values side by side.
INLINE void reduce_run(const reduction_term term, const float *x, int64_t count, vec shift, cascade *c) {
  const vec empty = empty_term(term);
  int64_t i = 0;
  while (i + RUN_VECTORS * LANES <= count) {
    vec sum[RUN_VECTORS];
    EACH(v, RUN_VECTORS) sum[v] = empty;
    int32_t turns = clamped((count - i) / (RUN_VECTORS * LANES), 1, BLOCK_VECTORS / RUN_VECTORS);
    const int32_t vectors = turns * RUN_VECTORS;
    for (; turns > 0; turns--, i += RUN_VECTORS * LANES)
      EACH(v, RUN_VECTORS)
        sum[v] = joined_terms(term, sum[v], term_of(term, v_load(x + i + v * LANES), shift));
    c->block = joined_terms(term, c->block,
                            joined_terms(term, joined_terms(term, sum[0], sum[1]), joined_terms(term, sum[2], sum[3])));
    join_block(term, c, vectors);
  }
  int32_t vectors = 0;
  for (; i < count; i += LANES, vectors++) {
    const vmask taken = v_first(clamped(count - i, 0, LANES));
    const vec value = term_of(term, v_load_masked(x + i, taken), shift);
    c->block = joined_terms(term, c->block, v_select(taken, value, empty));
  }
  join_block(term, c, vectors);
}

/// Lane i is what a[i]'s lanes are joined to.
INLINE vec joined_lanes(const reduction_term term, vec a[LANES]) {
  v_transpose(a);
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) a[i] = joined_terms(term, a[i], a[i + width]);
  return a[0];
}
