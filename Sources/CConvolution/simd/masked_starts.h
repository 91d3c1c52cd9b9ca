// For instruction sets whose masked stores take no longer than others. A part of the vector headers that include it.

/// Stores the first lanes of so many vectors, fewer than all, each at its offset.
INLINE void v_store_starts(float *p, const ptrdiff_t *offset, const vec *a, const int count, int lanes) {
  const vmask m = v_first(lanes);
  EACH(i, count) v_store_masked(p + offset[i], m, a[i]);
}
