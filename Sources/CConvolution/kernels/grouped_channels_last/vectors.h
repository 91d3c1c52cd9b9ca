// Vectors of output channels, all groups in one count: which channels one has, and how its weights are packed:
// [vector][input channel of a group][tap][channel].
#pragma once

#include "../../shared/pack_rows.h"

/// How the lanes of a vector find their input channels.
typedef enum {
  OWN,     ///< each reads the channel of its own number
  SHARED,  ///< all read the same channels: they are of one group
  NEAR,    ///< each reads those of its group, whose 2 or 4 outputs and inputs are the same lanes
  SPREAD,  ///< each reads those of its group, which are all among LANES side by side
} reach;

/// REACH: the one of OWN and SHARED that a family has.
INLINE reach reach_of(const conv_problem *problem) {
  const int32_t outputs = problem->output_channels;
  if (REACH == OWN ? outputs == 1 : problem->groups == 1 || outputs % LANES == 0) return REACH;
  return outputs == problem->input_channels && (outputs == 2 || outputs == 4) ? NEAR : SPREAD;
}

/// Whether the lanes of a vector are permuted, as its packed weights begin with.
INLINE bool is_permuted(const reach how) { return how == NEAR || how == SPREAD; }

/// The most groups that the channels of a vector are of.
INLINE int32_t groups_of_vector(int32_t outputs) {
  return LANES % outputs == 0 ? LANES / outputs : (LANES - 2) / outputs + 2;
}

/// Whether the input channels of every vector are found as `reach_of` says.
INLINE bool is_in_reach(const conv_problem *problem) {
  return reach_of(problem) != SPREAD ||
         groups_of_vector(problem->output_channels) * (int64_t)problem->input_channels <= LANES;
}

INLINE int32_t input_count(const conv_problem *problem) { return problem->groups * problem->input_channels; }
INLINE int32_t channel_count(const conv_problem *problem) { return problem->groups * problem->output_channels; }
INLINE int32_t vector_count(const conv_problem *problem) { return parts_of(channel_count(problem), LANES); }

/// The first channel of the last vector, which reaches back over channels of the one before to be a whole one.
INLINE int32_t last_vector_channel(const conv_problem *problem) {
  const int32_t channels = channel_count(problem);
  return channels > LANES ? channels - LANES : 0;
}

INLINE int32_t vector_channel(const conv_problem *problem, int32_t vector) {
  return least_of(vector * LANES, last_vector_channel(problem));
}

/// The first of the input channels that a vector reads, which begins at `channel`.
INLINE int32_t vector_input(const conv_problem *problem, const reach how, int32_t channel) {
  if (how == OWN) return channel;
  const int32_t input = channel / problem->output_channels * problem->input_channels;
  const int32_t last = input_count(problem) - LANES;
  return how == SHARED || input <= last ? input : last > 0 ? last : 0;
}

/// Floats of a vector's packed weights. Those that are permuted begin with where each lane finds its input channels.
INLINE size_t vector_weights(const conv_problem *problem, const reach how) {
  return (size_t)problem->input_channels * (tap_count(problem) + is_permuted(how)) * LANES;
}

static size_t packed_bytes(const conv_problem *problem) {
  return vector_count(problem) * vector_weights(problem, reach_of(problem)) * sizeof(float);
}

/// Writes which of the LANES input channels from the vector's first one on every lane reads, for each of its group's.
static void pack_lanes(const conv_problem *problem, int32_t channel, int32_t *lanes) {
  const int32_t first = vector_input(problem, SPREAD, channel);
  for (int32_t c = 0; c < problem->input_channels; c++)
    for (int32_t lane = 0; lane < LANES; lane++) {
      const int32_t group = least_of(channel + lane, channel_count(problem) - 1) / problem->output_channels;
      *lanes++ = group * problem->input_channels + c - first;
    }
}

/// Vectors of a panel at most. Panels differ by one at most, the last one being the larger: where there are several
/// vectors, the last one, which reaches back, is in a panel with the one before.
enum { PANEL_VECTORS = 4 };

static int32_t panel_count(const conv_problem *problem) { return parts_of(vector_count(problem), PANEL_VECTORS); }

INLINE int32_t panel_vector(const conv_problem *problem, int32_t panel) {
  return part_begin(vector_count(problem), panel_count(problem), panel);
}

static int32_t panel_channel(const conv_problem *problem, int32_t panel) {
  return least_of(panel_vector(problem, panel) * LANES, channel_count(problem));
}

static void pack(const conv_problem *problem, const conv_weights *w, int32_t first_panel, int32_t end_panel,
                 void *packed) {
  const reach how = reach_of(problem);
  const int32_t first = panel_vector(problem, first_panel), end = panel_vector(problem, end_panel);
  float *to = (float *)packed + first * vector_weights(problem, how);
  for (int32_t vector = first; vector < end; vector++, to += vector_weights(problem, how)) {
    const int32_t channel = vector_channel(problem, vector);
    const ptrdiff_t lanes = is_permuted(how) ? problem->input_channels * LANES : 0;
    if (is_permuted(how)) pack_lanes(problem, channel, (int32_t *)to);
    pack_rows(problem, w, w->data + channel * w->output_stride, least_of(channel_count(problem), LANES),
              (row_order){1, tap_count(problem), LANES}, to + lanes);
  }
}
