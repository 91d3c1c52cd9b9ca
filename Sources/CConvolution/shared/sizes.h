// Arithmetic on sizes: cutting and rounding.
#pragma once

#include "convolution.h"
#include "../simd/inline.h"

INLINE int32_t least_of(int32_t a, int32_t b) { return a < b ? a : b; }

INLINE int32_t clamped(int64_t value, int32_t least, int32_t most) {
  return value < least ? least : value > most ? most : (int32_t)value;
}

/// How many parts of `size` a total is cut into, the last of which may be smaller.
INLINE int32_t parts_of(int32_t total, int32_t size) { return (total + size - 1) / size; }

/// Where the `index`-th of `parts` parts of `total` begins, parts differing by one at most.
INLINE int32_t part_begin(int32_t total, int32_t parts, int32_t index) {
  return (int32_t)((int64_t)total * index / parts);
}

enum {
  /// Bytes of a cache line, and floats.
  CACHE_LINE = 64,
  LINE_FLOATS = CACHE_LINE / (int)sizeof(float),
  /// Bytes of a way of the first-level cache: what lies a multiple of them apart meets in one set.
  CACHE_WAY = 4096,
};

/// Bytes up to the next cache line, on which the arrays of a workspace begin.
INLINE size_t rounded(size_t bytes) { return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE; }
