// Output channels in panels: a group's have at most PANEL_CHANNELS channels and differ by one at most. 32 channels in
// panels of 14 are 11 + 11 + 10, not 14 + 14 + 4.
#pragma once

#include "sizes.h"

INLINE int32_t group_panels(int32_t output_channels) { return parts_of(output_channels, PANEL_CHANNELS); }

/// Where a panel of a group begins.
INLINE int32_t panel_begin(int32_t output_channels, int32_t panel) {
  return part_begin(output_channels, group_panels(output_channels), panel);
}

static int32_t panel_count(const conv_problem *problem) {
  return problem->groups * group_panels(problem->output_channels);
}

/// The first output channel of a panel, of all groups'.
static int32_t panel_channel(const conv_problem *problem, int32_t panel) {
  const int32_t panels = group_panels(problem->output_channels);
  return panel / panels * problem->output_channels + panel_begin(problem->output_channels, panel % panels);
}
