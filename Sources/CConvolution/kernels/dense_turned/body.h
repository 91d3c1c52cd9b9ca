// Direct convolution in channels-first memory by the channels-last kernel: band by band, whose input rows are turned to
// channels-last in the workspace, and whose outputs are turned back. Border taps are worked out by the channels-last
// kernel as ever.
#include "../../shared/transpose.h"
#include "../../shared/work.h"
#include "band.h"

extern const conv_kernel SIMD_NAME(conv_dense_channels_last);
#define INNER SIMD_NAME(conv_dense_channels_last)

static int32_t panel_count(const conv_problem *problem) { return INNER.panel_count(problem); }
static size_t packed_bytes(const conv_problem *problem) { return INNER.packed_bytes(problem); }
static void pack(const conv_problem *problem, const conv_weights *weights, void *packed) {
  INNER.pack(problem, weights, packed);
}

/// A range of the columns of an image.
typedef struct {
  int32_t begin, end;
} column_range;

/// The columns from the first to the last one that the outputs first..<end need.
INLINE column_range columns_of(const conv_axis *width, int32_t first, int32_t end) {
  column_range range = {INT32_MAX, 0};
  for (int32_t o = first; o < end; o++) {
    // Of those inside, the first and the last one are enough.
    if (o > first && is_inside(width, o - 1) && o + 1 < end && is_inside(width, o + 1)) continue;
    const tap_row taps = taps_of(width, o);
    for (int32_t k = 0; k < width->kernel; k++) {
      const int32_t j = tap_index(taps, k);
      if (j < 0) continue;
      if (j < range.begin) range.begin = j;
      if (j >= range.end) range.end = j + 1;
    }
  }
  return range.end > 0 ? range : (column_range){0, 0};
}

/// Turns the input rows that the band has numbered, for every tap of depth of one output plane.
INLINE void turn_input(const band *b, const conv_problem *problem, const float *x, int32_t plane,
                       column_range columns) {
  const conv_axis *height = &problem->axis[1];
  const int32_t channels = problem->input_channels, count = columns.end - columns.begin;
  const tap_row taps = taps_of(&problem->axis[0], plane);
  for (int32_t kd = 0; kd < problem->axis[0].kernel; kd++) {
    const int32_t z = tap_index(taps, kd);
    if (z < 0) continue;
    for (int32_t i = height->held_begin; i < height->held_end; i++) {
      const int32_t row = b->row_of[i - height->held_begin];
      if (row >= 0)
        transpose(x + z * problem->x.axis[0] + i * problem->x.axis[1] + columns.begin, problem->x.channel,
                  b->input + ((ptrdiff_t)kd * b->most.input_rows + row) * count * channels, channels, channels, count);
    }
  }
}

static size_t workspace_bytes(const conv_problem *problem) {
  arena a = {0};
  take_band(&a, problem);
  return a.used + INNER.workspace_bytes(problem);
}

/// Where the channels of a panel begin.
INLINE int32_t panel_channel(const conv_problem *problem, int32_t panel) {
  return least_of(panel * INNER.grain(problem).tile_channels, problem->output_channels);
}

INLINE int32_t task_channels(const conv_problem *problem, const conv_task *task) {
  return panel_channel(problem, task->end_panel) - panel_channel(problem, task->first_panel);
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  arena a = {.memory = workspace};
  const band b = take_band(&a, problem);
  void *inner_workspace = a.memory + a.used;
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
          transpose(image->residual + corner + r * problem->y.axis[1], problem->y.channel, b.output + r * row, channels,
                    channels, pixels);
      const conv_task band_task = {
          task->first_panel, task->end_panel, {0, 0, task->first[2]}, {1, count, task->end[2]}};
      INNER.run(&inner, &operands, &band_task, inner_workspace);
      for (int32_t r = 0; r < runs; r++)
        transpose(b.output + r * row, channels, image->y + corner + r * problem->y.axis[1], problem->y.channel, pixels,
                  channels);
    }
}

/// Output rows of a band in the middle of the image.
INLINE int32_t band_rows(const conv_problem *problem) {
  const conv_axis *height = &problem->axis[1];
  const band_size most = band_size_of(problem);
  if (most.input_rows == held_count(height)) return most.output_rows;
  const int32_t side_by_side = (most.input_rows - (height->kernel - 1) * height->dilation - 1) / height->stride + 1;
  const int32_t apart = most.input_rows / height->kernel;
  return clamped(side_by_side > apart ? side_by_side : apart, 1, most.output_rows);
}

/// Vectors that turn `rows` x `columns` samples.
INLINE double turned_vectors(int32_t rows, int32_t columns) {
  return (double)parts_of(rows, LANES) * parts_of(columns, LANES) * LANES;
}

/// Adds `count` bands like one: the inner kernel's work, and turning. Returns the bytes of input that they need.
INLINE double add_bands(conv_work *work, const conv_problem *problem, const conv_task *band_task, double count) {
  conv_problem inner = *problem;
  inner.layout = CONV_CHANNELS_LAST;
  inner.x.axis[2] = problem->input_channels;
  conv_work one = INNER.work(&inner, band_task);
  const conv_axis *axis = problem->axis;
  const int32_t inputs = problem->input_channels, outputs = task_channels(problem, band_task);
  const double rows = inputs_of(&axis[0], 1) * inputs_of(&axis[1], extent_of(band_task, 1));
  const double columns = span_of(&axis[2], extent_of(band_task, 2));
  const double samples = rows * columns, pixels = task_outputs(band_task);
  add_work(&one, CONV_TURNS,
           rows * turned_vectors(inputs, (int32_t)columns) + turned_vectors((int32_t)pixels, outputs));
  // Turned samples and outputs are written and read once more.
  const double bytes = sizeof(float) * (samples * inputs + pixels * outputs);
  add_traffic(&one, problem, 2 * bytes, bytes);
  for (int term = 0; term < CONV_TERM_COUNT; term++) add_work(work, term, count * one.count[term]);
  return sizeof(float) * count * inputs * task_inputs(problem, band_task);
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  conv_work work = {0};
  double needed = 0;
  // A band in the middle stands for all but the last one, which has the rows that are left.
  const int32_t most = band_rows(problem), rows = task->end[1] - task->first[1], whole = rows / most;
  conv_task band_task = *task;
  band_task.first[0] = (task->first[0] + task->end[0]) / 2;
  band_task.end[0] = band_task.first[0] + 1;
  band_task.first[1] = task->first[1] + whole / 2 * most;
  band_task.end[1] = band_task.first[1] + most;
  if (whole > 0) needed += add_bands(&work, problem, &band_task, extent_of(task, 0) * whole);
  band_task.first[1] = task->first[1] + whole * most;
  band_task.end[1] = task->end[1];
  if (rows > whole * most) needed += add_bands(&work, problem, &band_task, extent_of(task, 0));
  work.count[CONV_TASKS] = 1;
  // What several bands need is far away only once: then it was read a band before, which fills the second-level cache,
  // or for taps of depth a plane before.
  const double samples = sizeof(float) * problem->input_channels * task_inputs(problem, task);
  const double again = needed - samples;
  if (again > 0) {
    add_image_traffic(&work, problem, -again, packed_bytes(problem));
    add_traffic(&work, problem, again,
                problem->axis[0].kernel > 1 ? samples / extent_of(task, 0) : problem->caches.level[1]);
  }
  return work;
}

static conv_grain grain(const conv_problem *problem) {
  conv_grain grain = INNER.grain(problem);
  grain.least_of_row = INT32_MAX;
  return grain;
}

static const char *obstacle(const conv_problem *problem) {
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_FIRST);
  if (layout) return layout;
  if (problem->groups > 1) return "several groups";
  const int64_t inputs = problem->axis[1].kernel * input_row_bytes(problem, problem->axis[2].input);
  if (inputs > problem->caches.level[1] || output_row_bytes(problem) > problem->caches.level[1])
    return "rows too long for the second-level cache";
  return common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_dense_turned) = {
    .family = "dense_turned", .algorithm = "direct", .isa = SIMD_ISA, .lanes = LANES, .obstacle = obstacle,
    .forms = one_form, .panel_count = panel_count, .packed_bytes = packed_bytes, .pack = pack, .grain = grain,
    .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
