// Direct convolution in channels-first memory by the channels-last kernel: band by band, whose input rows are turned to
// channels-last in the workspace, and whose outputs are turned back. Border taps are worked out by the channels-last
// kernel as ever. Groups are layers of their own, one after the other.
#include "../../shared/transpose.h"
#include "columns.h"
#include "group.h"
#include "work.h"

static int32_t panel_count(const conv_problem *problem) { return INNER.panel_count(problem); }
static size_t packed_bytes(const conv_problem *problem) { return INNER.packed_bytes(problem); }
static void pack(const conv_problem *problem, const conv_weights *weights, int32_t first_panel, int32_t end_panel,
                 void *packed) {
  INNER.pack(problem, weights, first_panel, end_panel, packed);
}

/// Turns the input rows that the band has numbered, for every tap of depth of one output plane.
INLINE void turn_input(const band *b, const conv_problem *problem, const float *x, int32_t plane,
                       column_range columns) {
  const conv_axis *height = &problem->axis[1];
  const int32_t channels = problem->input_channels, count = columns.end - columns.begin;
  const tap_row taps = taps_of(&problem->axis[0], plane);
  // Rows without a gap are one run of pixels.
  const bool whole = problem->x.axis[1] == count;
  for (int32_t kd = 0; kd < problem->axis[0].kernel; kd++) {
    const int32_t z = tap_index(taps, kd);
    if (z < 0) continue;
    for (int32_t i = height->held_begin, rows; i < height->held_end; i += rows) {
      const int32_t row = b->row_of[i - height->held_begin];
      rows = 1;
      if (row < 0) continue;
      while (whole && i + rows < height->held_end && b->row_of[i + rows - height->held_begin] >= 0) rows++;
      transpose_planes(x + z * problem->x.axis[0] + i * problem->x.axis[1] + columns.begin, problem->x.channel,
                       b->input + ((ptrdiff_t)kd * b->most.input_rows + row) * count * channels, channels,
                       rows * count);
    }
  }
}

static size_t workspace_bytes(const conv_problem *problem) {
  arena a = {0};
  take_band(&a, problem);
  return a.used + INNER.workspace_bytes(problem);
}

/// Runs a task whose columns fit a band.
static void run_columns(const conv_problem *problem, const conv_operands *image, const conv_task *task, band b,
                        void *inner_workspace) {
  const column_range inputs = columns_of(&problem->axis[2], task->first[2], task->end[2]);
  const int32_t columns = task->end[2] - task->first[2], channels = task_channels(problem, task);
  const ptrdiff_t input_row = (ptrdiff_t)(inputs.end - inputs.begin) * problem->input_channels;
  const ptrdiff_t first_channel = panel_channel(problem, task->first_panel), row = (ptrdiff_t)columns * channels;

  conv_problem inner = *problem;
  inner.layout = CONV_CHANNELS_LAST;
  inner.x = (conv_strides){0, 1, {b.most.input_rows * input_row, input_row, problem->input_channels}};
  inner.y = (conv_strides){0, 1, {0, row, channels}};
  float *outputs = b.output - task->first[2] * (ptrdiff_t)channels - first_channel;
  const conv_operands operands = {.x = b.input - inputs.begin * (ptrdiff_t)problem->input_channels,
                                  .residual = image->residual ? outputs : NULL,
                                  .packed = image->packed,
                                  .bias = image->bias,
                                  .y = outputs};

  for (int32_t plane = task->first[0]; plane < task->end[0]; plane++)
    for (int32_t first = task->first[1], count; first < task->end[1]; first += count) {
      int32_t rows;
      count = fit_rows(&b, &problem->axis[1], first, task->end[1], &rows);
      turn_input(&b, problem, image->x, plane, inputs);
      inner.axis[0] = band_depth(&b, &problem->axis[0], plane);
      inner.axis[1] = band_height(&b, &problem->axis[1], first, count, rows);

      const ptrdiff_t corner = first_channel * problem->y.channel + plane * problem->y.axis[0] +
                               first * problem->y.axis[1] + task->first[2];
      // Rows without a gap are one run of pixels.
      const bool whole = problem->y.axis[1] == columns;
      const int32_t runs = whole ? 1 : count, pixels = whole ? count * columns : columns;
      // A residual is turned into the place of the outputs that it is added to.
      if (image->residual)
        for (int32_t r = 0; r < runs; r++)
          transpose_planes(image->residual + corner + r * problem->y.axis[1], problem->y.channel, b.output + r * row,
                           channels, pixels);
      const conv_task band_task = {
          task->first_panel, task->end_panel, {0, 0, task->first[2]}, {1, count, task->end[2]}};
      INNER.run(&inner, &operands, &band_task, inner_workspace);
      for (int32_t r = 0; r < runs; r++)
        transpose(b.output + r * row, channels, image->y + corner + r * problem->y.axis[1], problem->y.channel, pixels,
                  channels);
    }
}

/// Runs a task of the only group.
static void run_group(const conv_problem *problem, const conv_operands *image, conv_task task, band b,
                      void *inner_workspace) {
  const int32_t end = task.end[2];
  for (; task.first[2] < end; task.first[2] = task.end[2]) {
    // Columns that a border takes from afar leave room for fewer.
    for (int32_t count = b.most.output_columns;; count = parts_of(count, 2)) {
      task.end[2] = least_of(task.first[2] + count, end);
      const column_range inputs = columns_of(&problem->axis[2], task.first[2], task.end[2]);
      if (inputs.end - inputs.begin <= b.most.input_columns) break;
    }
    run_columns(problem, image, &task, b, inner_workspace);
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  arena a = {.memory = workspace};
  const band b = take_band(&a, problem);
  for (int32_t panel = task->first_panel; panel < task->end_panel;) {
    const problem_part part = group_part_of(problem, image, task, panel);
    run_group(&part.problem, &part.image, part.task, b, a.memory + a.used);
    panel += part.task.end_panel - part.task.first_panel;
  }
}

static conv_grain grain(const conv_problem *problem) {
  conv_grain grain = INNER.grain(problem);
  grain.least_of_row = INT32_MAX;
  return grain;
}

static const char *obstacle(const conv_problem *problem) {
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_FIRST);
  if (layout) return layout;
  if (has_long_taps(problem)) return "rows too long for the second-level cache";
  return common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_dense_turned) = {
    .family = "dense_turned", .algorithm = "direct", .isa = SIMD_ISA, .lanes = LANES, .obstacle = obstacle,
    .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel, .packed_bytes = packed_bytes,
    .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
