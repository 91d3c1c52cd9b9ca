// How the channels of staged inputs are cut: [panel][pixel][channel], a panel being what a tile takes.
#pragma once

#include "cut.h"

/// Pixels of a panel before those of the input: the constants of the axes.
enum { CONSTANTS = 3 };

/// How the channels of a part are staged: sets of channels, each cut into panels of `width` channels.
typedef struct {
  int32_t first, sets, channels, width, panels;
} staged_channels;

/// Dense layers have a set for each group. Where channels meet one by one, the n-th set has the n-th input channel of
/// every output's group. Patches take channels as they are.
INLINE staged_channels staged_channels_of(const weight_cut *cut, const conv_problem *problem, const weight_part *part) {
  const int32_t channels = problem->input_channels, groups = part->end_group - part->first_group;
  staged_channels staged = {part->first_group * channels, 1, groups * channels, groups * channels, 1};
  if (has_panels(cut)) {
    staged.first += part->first_input;
    staged.sets = groups;
    staged.channels = part->end_input - part->first_input;
    staged.width = least_of(staged.channels, TILE_CHANNELS);
  } else if (cut->order == CHANNELWISE) {
    staged.sets = channels;
    staged.channels = part->end_output - part->first_output;
    staged.width = least_of(staged.channels, CHANNELWISE_CHANNELS);
  }
  staged.panels = parts_of(staged.channels, staged.width);
  return staged;
}

/// Whether x is staged: patches take it where it lies if channels lie side by side.
INLINE bool stages_inputs(const weight_cut *cut, const conv_problem *problem) {
  const bool in_place = cut->order == PATCHED || cut->order == WINOGRAD;
  return !in_place || problem->layout == CONV_CHANNELS_FIRST;
}

/// Whether dy is staged.
INLINE bool stages_outputs(const weight_cut *cut, const conv_problem *problem) {
  const bool apart = cut->order == CHANNELWISE || cut->order == WINOGRAD;
  return !apart || problem->layout == CONV_CHANNELS_FIRST;
}

/// Floats of a panel: copies may write up to a vector behind its pixels.
INLINE int64_t panel_floats(const staged_channels *staged, int64_t pixels) {
  return (CONSTANTS + pixels) * staged->width + LANES;
}

/// Floats of the panels of any part at most: those of all channels.
INLINE int64_t most_staged_floats(const weight_cut *cut, const conv_problem *problem, int64_t pixels) {
  const int32_t outputs = problem->groups * problem->output_channels;
  const weight_part all = {0, outputs, 0, problem->groups, 0, problem->input_channels};
  const staged_channels staged = staged_channels_of(cut, problem, &all);
  return (int64_t)staged.sets * staged.panels * panel_floats(&staged, pixels);
}
