// Convolution in channels-last memory whose vectors run over output channels, row of taps by row of taps: groups of few
// channels, or any whose outputs are whole vectors.
#define REACH SHARED
#define REACHES(F) F(SHARED, SHAPES) F(NEAR, THREES) F(SPREAD, THREES)
#include "work.h"

/// Input channels of a group beyond which a tile of several vectors is better.
enum { MOST_INPUTS = 32 };

static const char *obstacle(const conv_problem *problem) {
  if (problem->input_channels > MOST_INPUTS) return "many input channels a group";
  if (problem->input_channels == 1 && reach_of(problem) != SHARED) return "one input channel a group";
  if (!is_in_reach(problem)) return "groups of channels that no vector holds";
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_LAST);
  return layout ? layout : common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_grouped_channels_last) = {
    .family = "grouped_channels_last", .algorithm = "direct", .isa = SIMD_ISA, .lanes = LANES, .obstacle = obstacle,
    .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel, .packed_bytes = packed_bytes,
    .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
