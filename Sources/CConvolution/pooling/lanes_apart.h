// Samples that lie any distance apart, brought into the lanes of a vector.
#pragma once

#include "../shared/copy_span.h"
#include "../shared/sizes.h"

/// Where the lanes' samples lie behind the first one's.
typedef struct {
  int32_t offset[LANES];
} lanes_apart;

INLINE lanes_apart lanes_apart_of(int32_t stride) {
  lanes_apart apart;
  for (int32_t i = 0; i < LANES; i++) apart.offset[i] = clamped((int64_t)i * stride, 0, INT32_MAX);
  return apart;
}

/// Bits of the first `count` lanes.
INLINE uint32_t first_lanes(int32_t count) { return (1u << count) - 1; }

/// `stride` is known where this is compiled for 1 and 2, and otherwise 0.
INLINE vec load_apart(const int stride, const float *first, const lanes_apart *apart) {
  return stride == 0 ? v_gather(first, apart->offset, v_first(LANES)) : load_span(stride, first);
}

/// The lanes whose bits are set; the others are 0.
INLINE vec load_some_apart(const int stride, const float *first, const lanes_apart *apart, uint32_t lanes) {
  if (stride == 0) return v_gather(first, apart->offset, v_mask(lanes));
  return stride == 1 ? v_load_masked(first, v_mask(lanes)) : v_load_alternate(first, lanes);
}
