// The end of a tile: its sums become outputs of one panel of output channels, or of two.
#pragma once

#include <math.h>

#include "../../shared/finish.h"
#include "products.h"

/// A panel, or two that are computed together.
typedef struct {
  const float *weights;
  ptrdiff_t next_panel;  ///< floats from a panel's weights to the next one's
  int32_t channel;       ///< the first output channel
  int32_t channels;      ///< of the panel, or of both
  const float *bias, *residual;
  float *y;
  const conv_activation *activation;
  bool cold;  ///< whether no other panel of the task has read the samples
  bool far;   ///< whether the pixels of y are on pages of their own, where the next ones are not foreseen
} panel_run;

/// What all tiles of a panel end with.
typedef struct {
  bool whole;   ///< whether the vectors are, else there is one alone
  vmask lanes;  ///< of that one
  bool clips, activates;
  int32_t channel[MOST_VECTORS];  ///< of a vector, from the panel's first one on
  vec bias[MOST_VECTORS];
} panel_end;

INLINE panel_end end_of(const int vectors, const panel_run *panel) {
  const conv_activation *activation = panel->activation;
  panel_end end = {
      .whole = vectors > 1 || panel->channels >= LANES,
      .lanes = v_first(least_of(panel->channels, LANES)),
      .clips = activation->minimum > -INFINITY || activation->maximum < INFINITY,
      .activates = is_more_than_clip(activation),
  };
  EACH(i, vectors) end.channel[i] = i < vectors - 1 ? i * LANES : vector_channel(panel->channels, i);
  EACH(i, vectors) end.bias[i] =
      end.whole ? v_load(panel->bias + end.channel[i]) : v_load_masked(panel->bias, end.lanes);
  return end;
}

/// Brings near an output channel, counted from the panel's first, of pixels at offsets in y.
INLINE void fetch_outputs(const int pixels, const panel_run *panel, const ptrdiff_t *output, ptrdiff_t channel) {
  EACH(p, pixels) __builtin_prefetch(panel->y + output[p] + channel, 1);
}

/// Makes outputs of the sums of a tile whose pixels are at offsets in y.
INLINE void finish_tile(const int pixels, const int vectors, const panel_run *panel, const panel_end *end,
                        const ptrdiff_t output[TABLE_PIXELS], vec sum[TABLE_PIXELS][MOST_VECTORS]) {
  EACH(p, pixels) EACH(i, vectors) sum[p][i] = without_negative_zero(sum[p][i]);
  if (panel->residual)
    EACH(p, pixels) EACH(i, vectors) {
      const float *residual = panel->residual + output[p] + end->channel[i];
      sum[p][i] = v_add(sum[p][i], end->whole ? v_load(residual) : v_load_masked(residual, end->lanes));
    }
  if (end->clips) {
    const vec minimum = v_set(panel->activation->minimum), maximum = v_set(panel->activation->maximum);
    EACH(p, pixels) EACH(i, vectors) sum[p][i] = v_min(maximum, v_max(minimum, sum[p][i]));
  }
  float *const y = panel->y;
  if (end->whole) {
    EACH(p, pixels) EACH(i, vectors) v_store(y + output[p] + end->channel[i], sum[p][i]);
  } else {
    vec starts[TABLE_PIXELS];
    EACH(p, pixels) starts[p] = sum[p][0];
    v_store_starts(y, output, starts, pixels, panel->channels);
  }
  if (end->activates)
    activate_rows_in_pass(panel->activation, (output_channels){panel->channel, true}, y, output, pixels,
                          panel->channels);
}
