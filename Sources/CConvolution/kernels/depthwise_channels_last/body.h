// Depthwise convolution in channels-last memory: grouped_channels_last with one input channel a group. A vector runs
// over output channels, and each reads the input channel of its own number; with a multiplier M the output channels
// M c ... M c + M - 1 all read the input channel c.
#define REACH OWN
#define REACHES(F) F(OWN, SHAPES) F(SPREAD, THREES)
#include "../grouped_channels_last/work.h"

static const char *obstacle(const conv_problem *problem) {
  if (problem->input_channels > 1) return "several input channels a group";
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_LAST);
  return layout ? layout : common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_depthwise_channels_last) = {
    .family = "depthwise_channels_last", .algorithm = "depthwise", .isa = SIMD_ISA, .lanes = LANES,
    .obstacle = obstacle, .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel,
    .packed_bytes = packed_bytes, .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes,
    .run = run,
};
