// Arrays of a workspace, one behind the other: the same lines lay them out and say how many bytes they take.
#pragma once

#include "sizes.h"

/// A workspace that arrays are taken from; without memory, only their bytes are counted.
typedef struct {
  char *memory;
  size_t used;
} arena;

INLINE void *arena_take(arena *a, size_t bytes) {
  void *taken = a->memory ? a->memory + a->used : NULL;
  a->used += rounded(bytes);
  return taken;
}

/// `count` elements on a cache line of their own.
#define TAKE(arena, type, count) ((type *)arena_take(arena, (size_t)(count) * sizeof(type)))
