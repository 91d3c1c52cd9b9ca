// Depthwise convolution in channels-last memory. A vector runs over output channels, and a sample meets the weight of
// its own channel. A tile is half as many pixels and twice as many vectors as a dense one: few enough pixels that their
// addresses stay in registers. With a multiplier M the output channels M c ... M c + M - 1 all read the input channel
// c. Packed weights: [panel][tap][channel].
#include "pixel_tiles.h"
#include "row_tiles.h"

static size_t workspace_bytes(const conv_problem *problem) {
  const size_t rows = sample_rows_bytes(problem), table = pixel_table_bytes(problem);
  return rows > table ? rows : table;
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  const row_function *functions = row_functions(problem, task);
  if (functions)
    run_rows(problem, image, task, functions, workspace);
  else
    run_pixel_tiles(problem, image, task, workspace, false, TILE_BROADCASTS, run_tile);
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const int32_t channels = least_of(task->end_panel * PANEL, channel_count(problem)) - task->first_panel * PANEL;
  const double vectors = parts_of(channels, LANES), outputs = task_outputs(task);
  conv_work work = {.count[CONV_TASKS] = 1};
  if (task_pixels(task) == 0) return work;
  const double tiles = row_functions(problem, task) ? add_row_tiles(&work, problem, task, channels)
                                                    : add_pixel_tiles(&work, problem, task, channels);
  const double inputs = sizeof(float) * channels / problem->output_channels;
  add_tiled_traffic(&work, problem, task,
                    (tiled_bytes){
                        .inputs = inputs * task_inputs(problem, task),
                        .outputs = sizeof(float) * channels * outputs,
                        .weights = sizeof(float) * tap_count(problem) * vectors * LANES,
                        .tiles = tiles,
                        .tile_inputs = inputs * tile_inputs(problem, outputs / tiles),
                        .passes = 1,
                    },
                    packed_bytes(problem));
  return work;
}

static conv_grain grain(const conv_problem *problem) {
  (void)problem;
  return (conv_grain){{1, 1, 1}, PIXELS > 4 ? PIXELS : 4, PIXELS, PANEL};
}

static const char *obstacle(const conv_problem *problem) {
  if (problem->input_channels > 1) return "several input channels a group";
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_LAST);
  return layout ? layout : common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_depthwise_channels_last) = {
    .family = "depthwise_channels_last", .algorithm = "depthwise", .isa = SIMD_ISA, .lanes = LANES,
    .obstacle = obstacle, .forms = one_form, .panel_count = panel_count, .packed_bytes = packed_bytes, .pack = pack,
    .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
