// Direct convolution in channels-last memory. A vector runs over output channels, a tile is up to TILE_BROADCASTS
// pixels x TILE_VECTORS vectors, and every sample is broadcast to a row of packed weights. Two panels of a group are
// computed together, on fewer pixels at a time, where the registers allow that.
#include "work.h"

static conv_grain grain(const conv_problem *problem) {
  (void)problem;
  return (conv_grain){{1, 1, 1}, LEAST_OF_ROW, TILE_BROADCASTS, PANEL};
}

static const char *obstacle(const conv_problem *problem) {
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_LAST);
  return layout ? layout : common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_dense_channels_last) = {
    .family = "dense_channels_last", .algorithm = "direct", .isa = SIMD_ISA, .lanes = LANES, .obstacle = obstacle,
    .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel, .packed_bytes = packed_bytes,
    .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
