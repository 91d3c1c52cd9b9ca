// Pointwise convolution in channels-first memory: one tap and no padding. A vector runs over pixels side by side, a
// tile is up to TILE_BROADCASTS output channels x some vectors. Packed weights:
// [panel][input channel][output channel].
#include "work.h"

static conv_grain grain(const conv_problem *problem) {
  (void)problem;
  return (conv_grain){{1, 1, 1}, INT32_MAX, TILE_PIXELS, TILE_BROADCASTS};
}

static const char *obstacle(const conv_problem *problem) {
  if (tap_count(problem) > 1) return "several taps";
  for (int a = 0; a < 3; a++)
    if (problem->axis[a].inside_begin > 0 || problem->axis[a].inside_end < problem->axis[a].output) return "padding";
  if (problem->axis[2].stride > 2) return "a stride above 2 along the width";
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_FIRST);
  return layout ? layout : common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_pointwise) = {
    .family = "pointwise", .algorithm = "direct", .isa = SIMD_ISA, .lanes = LANES, .obstacle = obstacle,
    .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel, .packed_bytes = packed_bytes,
    .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
