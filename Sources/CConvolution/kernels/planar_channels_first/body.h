// Direct convolution in channels-first memory on staged planes: few input or few output channels a group, long rows.
#include "../planar.h"
#include "../stage_planes.h"

static void finish_planes(const conv_problem *problem, const conv_operands *image, const finished_stretch *stretch) {
  const output_bounds bounds = bounds_of(&problem->activation);
  for (int32_t m = 0; m < stretch->channels; m++) {
    const int32_t channel = stretch->channel + m;
    const float *sums = stretch->sums + m * stretch->strip;
    const ptrdiff_t at = channel * problem->y.channel + stretch->output;
    const float *residual = image->residual ? image->residual + at : NULL;
    float *y = image->y + at;
    const vec bias = v_set(image->bias[channel]);
    int32_t i = 0;
    for (; i + LANES <= stretch->outputs; i += LANES)
      store_output(bounds, v_load(sums + i), bias, residual ? residual + i : NULL, y + i, true, v_first(LANES));
    if (i < stretch->outputs)
      store_output(bounds, v_load(sums + i), bias, residual ? residual + i : NULL, y + i, false,
                   v_first(stretch->outputs - i));
    activate(&problem->activation, y, stretch->outputs);
  }
}

static const planar_layout planes = {
    .groups = 1, .stores_lanes = true, .stage_row = stage_plane_row, .finish = finish_planes};

static size_t workspace_bytes(const conv_problem *problem) { return planar_workspace_bytes(problem, planes.groups); }

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  run_planar(problem, image, task, workspace, &planes);
}

const conv_kernel SIMD_NAME(conv_planar_channels_first) = {
    .family = "planar_channels_first", .isa = SIMD_ISA, .tile_pixels = 2 * LANES, .tile_channels = TILE_BROADCASTS,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
