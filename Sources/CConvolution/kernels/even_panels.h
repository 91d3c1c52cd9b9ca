// Output channels in panels: a group's have at most PANEL_CHANNELS channels and differ by one at most. 32 channels in
// panels of 14 are 11 + 11 + 10, not 14 + 14 + 4.
#include "sizes.h"

static int32_t group_panels(int32_t output_channels) {
  return (output_channels + PANEL_CHANNELS - 1) / PANEL_CHANNELS;
}

/// Where a panel of a group begins.
INLINE int32_t panel_begin(int32_t output_channels, int32_t panel) {
  return part_begin(output_channels, group_panels(output_channels), panel);
}

static int32_t panel_count(const conv_weights *w) { return w->groups * group_panels(w->output_channels); }
