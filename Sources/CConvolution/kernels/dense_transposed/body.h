// Direct convolution in channels-first memory by the channels-last kernel: a band of output rows at a time, whose input
// rows are turned to channels-last in the workspace, and whose outputs are turned back. A band fits the second-level
// cache; border taps are worked out by the channels-last kernel as ever.
#include "../problem.h"
#include "../sizes.h"
#include "../transpose.h"

extern const conv_kernel SIMD_NAME(conv_dense_channels_last);
#define INNER SIMD_NAME(conv_dense_channels_last)

/// Bytes of the two sides of a band, where one row is not more.
enum { INPUT_BYTES = 640 * 1024, OUTPUT_BYTES = 256 * 1024 };

/// The memory of a band, in the workspace.
typedef struct {
  int32_t input_rows, output_rows;  ///< at most, for one tap of depth
  ptrdiff_t input_row, output_row;  ///< floats
  float *input;                     ///< [depth tap][input_rows][width][channel]
  float *output;                    ///< [output_rows][width][channel]
  int32_t *depth_map;               ///< of one output plane, as in conv_axis
  int32_t *height_map;              ///< of output_rows, to rows of the band
  int32_t *row_of;                  ///< row of the picture -> row of the band, or CONV_CONSTANT
  void *inner;
  size_t bytes;
} band_memory;

INLINE int32_t between(int64_t value, int32_t least, int32_t most) {
  return value < least ? least : value > most ? most : (int32_t)value;
}

/// Lays a band out in `workspace`; with NULL only its sizes have a meaning.
INLINE band_memory band_memory_in(const conv_problem *problem, void *workspace) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  band_memory band;
  band.input_row = (ptrdiff_t)width->input * problem->groups * problem->input_channels;
  band.output_row = (ptrdiff_t)width->output * problem->groups * problem->output_channels;
  const int64_t slab = (int64_t)band.input_row * depth->kernel * (int64_t)sizeof(float);
  const int32_t most = height->input > 0 ? height->input : 1;
  band.input_rows = between(INPUT_BYTES / (slab > 0 ? slab : 1), height->kernel < most ? height->kernel : most, most);
  const int64_t row = (int64_t)band.output_row * (int64_t)sizeof(float);
  band.output_rows = between(OUTPUT_BYTES / (row > 0 ? row : 1), 1, height->output > 0 ? height->output : 1);

  char *at = workspace;
  size_t used = 0;
#define PLACE(member, count)                        \
  band.member = workspace ? (void *)(at + used) : NULL; \
  used += rounded((size_t)(count) * sizeof *band.member)
  PLACE(input, depth->kernel * band.input_rows * band.input_row);
  PLACE(output, band.output_rows * band.output_row);
  PLACE(depth_map, 2 * (ptrdiff_t)depth->kernel);
  PLACE(height_map, (1 + (ptrdiff_t)band.output_rows) * height->kernel);
  PLACE(row_of, most);
#undef PLACE
  band.inner = workspace ? at + used : NULL;
  band.bytes = used;
  return band;
}

static size_t workspace_bytes(const conv_problem *problem) {
  return band_memory_in(problem, NULL).bytes + INNER.workspace_bytes(problem);
}

/// Numbers the input rows that output rows from `first` on need, as many as fit, in rising order. Says how many output
/// rows and how many input rows that are.
INLINE int32_t fit_rows(const band_memory *band, const conv_axis *height, int32_t first, int32_t end, int32_t *rows) {
  for (int32_t i = 0; i < height->input; i++) band->row_of[i] = CONV_CONSTANT;
  int32_t count = 0;
  *rows = 0;
  for (; count < band->output_rows && first + count < end; count++) {
    const tap_row taps = taps_of(height, first + count);
    int32_t added = 0;
    for (int32_t k = 0; k < height->kernel; k++) {
      const int32_t i = tap_index(taps, k);
      if (i < 0 || band->row_of[i] >= 0) continue;
      band->row_of[i] = count;
      added++;
    }
    if (*rows + added > band->input_rows) {
      for (int32_t k = 0; k < height->kernel; k++) {
        const int32_t i = tap_index(taps, k);
        if (i >= 0 && band->row_of[i] == count) band->row_of[i] = CONV_CONSTANT;
      }
      break;
    }
    *rows += added;
  }
  int32_t number = 0;
  for (int32_t i = 0; i < height->input; i++)
    if (band->row_of[i] >= 0) band->row_of[i] = number++;
  return count;
}

/// The height axis of a band: the picture's map, in rows of the band.
INLINE conv_axis band_height(const band_memory *band, const conv_axis *height, int32_t first, int32_t count,
                             int32_t rows) {
  conv_axis axis = {.input = rows, .output = count, .kernel = height->kernel, .stride = 1, .dilation = 1,
                    .map = band->height_map, .constant = height->constant};
  int32_t *mapped = band->height_map + height->kernel;
  int32_t last = 0;
  for (int32_t at = 0; at < count; at++) {
    const tap_row taps = taps_of(height, first + at);
    for (int32_t k = 0; k < height->kernel; k++) {
      const int32_t i = tap_index(taps, k);
      mapped[k] = i < 0 ? CONV_CONSTANT : band->row_of[i];
    }
    // Rows between two taps may be missing in the band: their distance is that of the first output row inside, and the
    // step from one output row to the next is that of the first two.
    const int32_t distance = height->kernel > 1 ? mapped[1] - mapped[0] : 1;
    bool inside = is_inside(height, first + at) && (axis.inside_end == 0 || axis.inside_end == at);
    for (int32_t k = 1; k < height->kernel && inside; k++) inside = mapped[k] - mapped[k - 1] == distance;
    if (inside && axis.inside_end == 0) {
      axis.inside_begin = at;
      axis.dilation = distance;
    } else if (inside) {
      if (at == axis.inside_begin + 1) axis.stride = mapped[0] - last;
      inside = distance == axis.dilation && mapped[0] - last == axis.stride;
    }
    if (inside) {
      last = mapped[0];
      axis.inside_end = at + 1;
    } else {
      mapped += height->kernel;
    }
  }
  axis.before = (axis.inside_end - 1) * axis.stride - last;
  for (int32_t k = 0; k < height->kernel; k++) band->height_map[k] = k * axis.dilation;
  return axis;
}

/// The depth axis of a band, which has one output plane and an input plane for each of its taps.
INLINE conv_axis band_depth(const band_memory *band, const conv_axis *depth, int32_t plane) {
  conv_axis axis = {.input = depth->kernel, .output = 1, .kernel = depth->kernel, .stride = 1, .dilation = 1,
                    .map = band->depth_map, .constant = depth->constant, .inside_end = 1};
  const tap_row taps = taps_of(depth, plane);
  for (int32_t k = 0; k < depth->kernel; k++) {
    const bool outside = tap_index(taps, k) < 0;
    band->depth_map[k] = k;
    band->depth_map[depth->kernel + k] = outside ? CONV_CONSTANT : k;
    if (outside) axis.inside_end = 0;
  }
  return axis;
}

/// Turns the input rows that the band maps, for every tap of depth of one output plane.
INLINE void stage_input(const band_memory *band, const conv_problem *problem, const float *x, int32_t plane) {
  const conv_axis *height = &problem->axis[1];
  const int32_t channels = problem->groups * problem->input_channels;
  const tap_row taps = taps_of(&problem->axis[0], plane);
  for (int32_t kd = 0; kd < problem->axis[0].kernel; kd++) {
    const int32_t z = tap_index(taps, kd);
    if (z < 0) continue;
    for (int32_t i = 0; i < height->input; i++)
      if (band->row_of[i] >= 0)
        transpose(x + z * problem->x.axis[0] + i * problem->x.axis[1], problem->x.channel,
                  band->input + ((ptrdiff_t)kd * band->input_rows + band->row_of[i]) * band->input_row, channels,
                  channels, problem->axis[2].input);
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  band_memory band = band_memory_in(problem, workspace);
  const int32_t inputs = problem->groups * problem->input_channels;
  const int32_t outputs = problem->groups * problem->output_channels;
  const int32_t columns = task->end[2] - task->first[2];
  const int32_t panels = (problem->output_channels + INNER.tile_channels - 1) / INNER.tile_channels;
  // Output channels of the task's panels.
  const int32_t first_channel = task->first_panel / panels * problem->output_channels +
                                task->first_panel % panels * INNER.tile_channels;
  const int32_t end_rest = task->end_panel % panels;
  const int32_t end_channel = task->end_panel / panels * problem->output_channels + end_rest * INNER.tile_channels;
  const int32_t channels = end_channel - first_channel;

  for (int32_t plane = task->first[0]; plane < task->end[0]; plane++) {
    for (int32_t first = task->first[1], count; first < task->end[1]; first += count) {
      int32_t rows;
      count = fit_rows(&band, &problem->axis[1], first, task->end[1], &rows);
      stage_input(&band, problem, image->x, plane);

      conv_problem inner = *problem;
      inner.axis[0] = band_depth(&band, &problem->axis[0], plane);
      inner.axis[1] = band_height(&band, &problem->axis[1], first, count, rows);
      inner.x = (conv_strides){0, 1, {band.input_rows * band.input_row, band.input_row, inputs}};
      inner.y = (conv_strides){0, 1, {0, band.output_row, outputs}};
      const conv_task inner_task = {task->first_panel, task->end_panel, {0, 0, task->first[2]}, {1, count, task->end[2]}};

      // A residual is turned into the place of the outputs that it is added to.
      const ptrdiff_t corner = first_channel * problem->y.channel + plane * problem->y.axis[0] +
                               first * problem->y.axis[1] + task->first[2] * problem->y.axis[2];
      float *outputs_at = band.output + (ptrdiff_t)task->first[2] * outputs + first_channel;
      if (image->residual)
        for (int32_t r = 0; r < count; r++)
          transpose(image->residual + corner + r * problem->y.axis[1], problem->y.channel,
                    outputs_at + r * band.output_row, outputs, channels, columns);
      const conv_operands operands = {.x = band.input,
                                      .residual = image->residual ? band.output : NULL,
                                      .packed = image->packed,
                                      .bias = image->bias,
                                      .y = band.output};
      INNER.run(&inner, &operands, &inner_task, band.inner);
      // Rows that are whole are one run of pixels.
      const bool whole = columns == problem->axis[2].output;
      const int32_t pieces = whole ? 1 : count, length = whole ? count * columns : columns;
      for (int32_t r = 0; r < pieces; r++)
        transpose(outputs_at + r * band.output_row, outputs, image->y + corner + r * problem->y.axis[1],
                  problem->y.channel, length, channels);
    }
  }
}

static int32_t panel_count(const conv_weights *weights) { return INNER.panel_count(weights); }
static size_t packed_floats(const conv_weights *weights) { return INNER.packed_floats(weights); }
static void pack(const conv_weights *weights, float *packed) { INNER.pack(weights, packed); }

const conv_kernel SIMD_NAME(conv_dense_transposed) = {
    .family = "dense_transposed", .isa = SIMD_ISA, .tile_pixels = TILE_BROADCASTS, .tile_channels = TILE_VECTORS * LANES,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
