// Resampling along the axis that lies side by side: a vector is some neighbouring outputs, their taps picked from a
// vector of x, or gathered where they lie further apart.
#pragma once

#include "../cut.h"
#include "../table.h"
#include "tensors.h"

/// One tap of a vector of outputs.
typedef struct {
  int32_t low;            ///< the first sample that a lane reads
  int32_t loaded;         ///< samples from there on, a vector's at most; 0: the lanes are further apart
  uint32_t inside;        ///< a bit for each lane that reads x
  int32_t index[LANES];   ///< from `low` on, or where nothing is loaded from the row's first sample
  float weight[LANES];
} lane_tap;

_Static_assert(LANES <= MOST_LANES && sizeof(lane_tap) <= LANE_TAP_BYTES * LANES, "workspaces are too small");

/// A tap of `count` outputs from `output` on.
INLINE lane_tap lane_tap_of(const conv_resampling *r, int64_t output, int32_t count, int32_t tap) {
  lane_tap t = {.low = INT32_MAX};
  int32_t last = -1;
  for (int32_t lane = 0; lane < count; lane++) {
    const int64_t at = (output + lane) * r->taps + tap;
    const int32_t index = r->index[at];
    t.weight[lane] = r->weight ? r->weight[at] : 1;
    if (index < 0) continue;
    t.inside |= 1u << lane;
    if (index < t.low) t.low = index;
    if (index > last) last = index;
  }
  if (last < 0) t.low = 0;
  if (last - t.low < LANES) t.loaded = clamped(r->n - t.low, 1, LANES);
  for (int32_t lane = 0; lane < count; lane++) {
    const int32_t index = r->index[(output + lane) * r->taps + tap];
    if (index >= 0) t.index[lane] = index - (t.loaded > 0 ? t.low : 0);
  }
  return t;
}

INLINE vec tapped(const lane_tap *t, const float *x, float outside) {
  vec value;
  if (t->inside == 0) return v_set(outside);
  if (t->loaded == LANES)
    value = v_permute(v_load(x + t->low), t->index);
  else if (t->loaded > 0)
    value = v_permute(v_load_masked(x + t->low, v_first(t->loaded)), t->index);
  else
    value = v_gather(x, t->index, v_mask(t->inside));
  return t->inside == (1u << LANES) - 1 ? value : v_select(v_mask(t->inside), value, v_set(outside));
}

/// Some taps of a row's outputs, `count` of them from the first on that the taps are of; [vector][tap]. Their sums are
/// added to what is in y unless they are the first.
INLINE void resample_along(const conv_resampling *r, const lane_tap *taps, int32_t tap_count, bool first,
                           const float *x, float *y, int64_t count) {
  const float outside = r->outside;
  for (int64_t i = 0; i < count; i += LANES, taps += tap_count) {
    const vmask taken = v_first(clamped(count - i, 0, LANES));
    vec sum;
    if (!r->weight) {
      sum = tapped(taps, x, outside);
    } else {
      sum = first ? v_zero() : v_load_masked(y + i, taken);
      for (int32_t t = 0; t < tap_count; t++)
        sum = v_fma(v_load(taps[t].weight), tapped(&taps[t], x, outside), sum);
    }
    if (count - i >= LANES)
      v_store(y + i, sum);
    else
      v_store_masked(y + i, taken, sum);
  }
}

/// Writes taps `first_tap`..<`end_tap` of outputs `outputs`.
INLINE void find_lane_taps(const conv_resampling *r, span outputs, int32_t first_tap, int32_t end_tap, lane_tap *taps) {
  for (int64_t output = outputs.first; output < outputs.end; output += LANES)
    for (int32_t tap = first_tap; tap < end_tap; tap++)
      *taps++ = lane_tap_of(r, output, clamped(outputs.end - output, 0, LANES), tap);
}
