// Depthwise convolution in channels-first memory: block by block of outputs, the samples of some channels are staged in
// the first-level cache (staged_planes.h) and summed up there, a tile of rows x vectors at a time (tile.h). Weights lie
// as they are: [output channel][tap].
#include "../../shared/plain_weights.h"
#include "work.h"

/// What is in the workspace.
typedef struct {
  block_limits limits;
  staged_planes staged;
  int32_t *offsets;
  block_column *columns;
  size_t bytes;
} block_memory;

/// Lays the workspace out; with NULL only sizes have a meaning.
INLINE block_memory block_memory_in(const conv_problem *problem, void *workspace) {
  block_memory m = {.limits = limits_of(problem)};
  const int32_t *outputs = m.limits.outputs;
  arena arena = {.memory = workspace};
  m.staged = staged_planes_in(problem, &m.limits, &arena);
  m.offsets = TAKE(&arena, int32_t, tap_count(problem));
  m.columns = TAKE(&arena, block_column, (int64_t)outputs[0] * plane_columns(outputs[2]));
  m.bytes = arena.used;
  return m;
}

/// Where taps lie in a staged channel: all, or of height taps that share rows the first.
INLINE void list_offsets(const block_memory *memory, const conv_problem *problem) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const staged_planes *staged = &memory->staged;
  int32_t *offset = memory->offsets;
  for (int32_t kd = 0; kd < depth->kernel; kd++)
    for (int32_t kh = 0; kh < (shared_taps(problem) > 0 ? 1 : height->kernel); kh++)
      for (int32_t kw = 0; kw < width->kernel; kw++)
        *offset++ = kd * depth->dilation * staged->plane + kh * height->dilation * staged->pitch + staged->columns[kw];
}

/// Lists the tiles of a block, whose rows are as far apart as `sums` says. Returns how many.
INLINE int32_t list_block(const block_memory *memory, const conv_problem *problem, const conv_task *task,
                          const conv_task *block, const channel_sums *sums) {
  const int32_t rows = block->end[1] - block->first[1], columns = block->end[2] - block->first[2];
  tile_grid grids[2];
  grids_of(problem, rows, columns, grids);
  block_column *column = memory->columns;
  for (int32_t z = block->first[0]; z < block->end[0]; z++) {
    grid_place place = {
        .samples = (z - block->first[0]) * problem->axis[0].stride * memory->staged.plane,
        .samples_row = sums->samples_row,
        .output = z * problem->y.axis[0] + block->first[1] * problem->y.axis[1] + block->first[2],
        .output_row = sums->output_row,
        .free_rows = columns == sums->output_row ? task->end[1] - block->first[1] : 0,
    };
    column = list_tiles(column, problem, grids[0], place);
    if (grids[1].rows == 0) continue;
    place.samples += grids[0].rows * place.samples_row;
    place.output += grids[0].rows * place.output_row;
    column = list_tiles(column, problem, grids[1], place);
  }
  return (int32_t)(column - memory->columns);
}

/// Applies an activation that is no clamp to a block's outputs of one channel.
INLINE void activate_block(const conv_problem *problem, const conv_task *block, int32_t channel, float *y) {
  if (!is_more_than_clip(&problem->activation)) return;
  for (int32_t z = block->first[0]; z < block->end[0]; z++)
    for (int32_t row = block->first[1]; row < block->end[1]; row++)
      activate(&problem->activation, (output_channels){channel, false}, y + z * problem->y.axis[0] + row * problem->y.axis[1] + block->first[2],
               block->end[2] - block->first[2]);
}

/// Whether a block is all of a channel, and the next channel lies right behind.
INLINE bool is_whole_channel(const conv_problem *problem, const conv_task *block) {
  ptrdiff_t count = 1;
  for (int a = 2; a >= 0; a--) {
    if (block->end[a] - block->first[a] < problem->axis[a].output || problem->y.axis[a] != count) return false;
    count *= problem->axis[a].output;
  }
  return problem->y.channel == count;
}

/// Computes the channels of one block of a task.
static void run_block(block_memory *memory, const conv_problem *problem, const conv_operands *image,
                      const conv_task *task, const conv_task *block) {
  const conv_axis *axis = problem->axis;
  staged_planes *staged = &memory->staged;
  const int32_t together = begin_planes(staged, problem, block, memory->limits.floats);
  list_offsets(memory, problem);
  const bool folded = is_folded(problem, block->end[1] - block->first[1], block->end[2] - block->first[2]);
  channel_sums sums = {
      .pitch = staged->pitch,
      .samples_row = folded ? VECTORS * LANES : axis[1].stride * staged->pitch,
      .taps = tap_count(problem),
      .depth_taps = axis[0].kernel,
      .width_taps = axis[2].kernel,
      .offsets = memory->offsets,
      .output_row = folded ? VECTORS * LANES : problem->y.axis[1],
      .full_rows = image->residual ? 0 : INT32_MAX,
      .activation = &problem->activation,
  };
  const int32_t count = list_block(memory, problem, task, block, &sums);
  const int32_t rows_behind = is_whole_channel(problem, block) ? problem->axis[1].output : 0;
  const ptrdiff_t last_channel = (ptrdiff_t)task->end_panel * problem->output_channels - 1;
  for (int32_t first = block->first_panel, end; first < block->end_panel; first = end) {
    end = least_of(first + together, block->end_panel);
    for (int32_t g = first; g < end; g++)
      stage_channel(staged, axis[2].stride, image->x + g * problem->x.channel, g - first);
    sums.samples = staged->samples;
    for (int32_t g = first; g < end; g++, sums.samples += staged->channel)
      for (int32_t m = 0; m < problem->output_channels; m++) {
        const ptrdiff_t channel = (ptrdiff_t)g * problem->output_channels + m;
        sums.weights = image->packed + channel * sums.taps;
        sums.bias = image->bias[channel];
        sums.residual = image->residual ? image->residual + channel * problem->y.channel : NULL;
        sums.y = image->y + channel * problem->y.channel;
        sums.free_rows =
            image->residual ? INT32_MIN / 2 : clamped((last_channel - channel) * rows_behind, 0, INT32_MAX / 2);
        for (int32_t i = 0; i < count; i++) memory->columns[i].sum(&sums, &memory->columns[i].column);
        activate_block(problem, block, channel, sums.y);
      }
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  block_memory memory = block_memory_in(problem, workspace);
  int32_t blocks[3], at[3];
  for (int a = 0; a < 3; a++) blocks[a] = parts_of(task->end[a] - task->first[a], memory.limits.outputs[a]);
  conv_task block = *task;
  for (at[0] = 0; at[0] < blocks[0]; at[0]++)
    for (at[1] = 0; at[1] < blocks[1]; at[1]++)
      for (at[2] = 0; at[2] < blocks[2]; at[2]++) {
        for (int a = 0; a < 3; a++) {
          block.first[a] = task->first[a] + block_begin(a, task->end[a] - task->first[a], blocks[a], at[a]);
          block.end[a] = task->first[a] + block_begin(a, task->end[a] - task->first[a], blocks[a], at[a] + 1);
        }
        run_block(&memory, problem, image, task, &block);
      }
}

static int32_t panel_count(const conv_problem *problem) { return problem->groups; }
static int32_t panel_channel(const conv_problem *problem, int32_t panel) { return panel * problem->output_channels; }

static size_t workspace_bytes(const conv_problem *problem) { return block_memory_in(problem, NULL).bytes; }

static const char *obstacle(const conv_problem *problem) {
  if (problem->input_channels > 1) return "several input channels a group";
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_FIRST);
  return layout ? layout : common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_depthwise_channels_first) = {
    .family = "depthwise_channels_first", .algorithm = "depthwise", .isa = SIMD_ISA, .lanes = LANES,
    .obstacle = obstacle, .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel,
    .packed_bytes = packed_bytes, .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes,
    .run = run,
};
