// Winograd convolution: F(m, r) along height, width or both, stride 1. A vector runs over channels.
//
// A task goes through its tiles in blocks. The samples of a block are taken to the points (transform.h), every position
// becomes a product of matrices (multiply.h), panel by panel, and the products are taken to outputs. Both sides of a
// block, nothing larger, are in the workspace: in the second-level cache. Border taps are looked up where samples enter
// (stage.h); bias, residual and activation are applied where outputs leave (finish.h). Depth is not transformed: its
// taps are more channels, and outputs side by side along it share their samples.
#include "block.h"

/// A block of a task: tiles first..<end in space, counted row of tiles by row of tiles, and outputs along depth.
typedef struct {
  const conv_problem *problem;
  const conv_operands *image;
  const conv_task *task;
  tile_axis depth, height, width;
  block_memory memory;
  form form;
  int64_t first, end;
  int32_t plane, planes;
} block;

/// The stretch that begins with tile `first` of a block: neighbours in one row, as many as are handled together.
INLINE stretch stretch_from(const block *b, int64_t first) {
  const int32_t in_row = tile_count(&b->width);
  const int32_t row = (int32_t)(first / in_row), column = (int32_t)(first % in_row);
  // To the end of the row, or of its phase.
  const int32_t rest = b->width.blocks - column % b->width.blocks;
  const int32_t length = b->end - first < rest ? (int32_t)(b->end - first) : rest;
  const int32_t most = stretch_tiles(b->problem), parts = (length + most - 1) / most;
  return stretch_of(&b->height, &b->width, (length + parts - 1) / parts, tile_begin(&b->height, row),
                    tile_begin(&b->width, column));
}

/// The channels of `count` that follow those of `range` and are handled together: up to `most` whole vectors, or what
/// is less than one.
INLINE channel_range next_channels(channel_range range, int32_t count, int32_t most) {
  const int32_t first = range.first + range.count, rest = count - first;
  const int32_t vectors = rest < LANES ? 1 : least_of(rest / LANES, most);
  return (channel_range){first, least_of(rest, vectors * LANES), vectors};
}

/// The samples of a group, at the points.
static void block_to_points(const block *b, int32_t group) {
  const conv_problem *problem = b->problem;
  const block_memory *memory = &b->memory;
  const int32_t channels = problem->input_channels;
  // What lies side by side in memory is gone through first: channels, or the tiles of a row.
  const bool is_last = problem->x.channel == 1;
  const int32_t together = is_last ? channels : LANES, vectors = stretch_vectors(problem);
  entrance in = {.problem = problem, .transform = b->form.to_points, .patch = memory->patch,
                 .x = b->image->x + (ptrdiff_t)group * channels * problem->x.channel,
                 .position = memory->sample_position, .tile = memory->sample_tile};
  for (int32_t plane = 0; plane < b->planes + b->depth.axis->kernel - 1; plane++) {
    in.plane = sample_index(&b->depth, b->plane, plane);
    for (int32_t first = 0; first < channels; first += together) {
      const int32_t end = least_of(first + together, channels);
      stretch s;
      for (int64_t tile = b->first; tile < b->end; tile += s.tiles) {
        s = stretch_from(b, tile);
        float *samples = memory->samples + (tile - b->first) * memory->sample_tile + plane * memory->channels;
        channel_range range = {first, 0, 0};
        while (range.first + range.count < end) {
          range = next_channels(range, end, vectors);
          in.points = samples + range.first;
          stretch_to_points(&in, &s, range);
        }
      }
    }
  }
}

/// The products of a panel, whose weights are those of `channels` output channels.
static void multiply_block(const block *b, const float *weights, int32_t channels) {
  const block_memory *memory = &b->memory;
  const int32_t vectors = (channels + LANES - 1) / LANES;
  const int32_t rows = (int32_t)(b->end - b->first) * b->planes;
  const int32_t depth = row_count(b->problem->input_channels, b->depth.axis->kernel), width = vectors * LANES;
  product p = {.row = memory->rows, .weights = weights, .product_row = memory->product_tile};
  for (int32_t position = 0; position < memory->positions; position++)
    for (int32_t row = 0; row < depth; row += p.depth, p.weights += p.depth * width) {
      p.depth = least_of(depth - row, SUMMED_ROWS);
      p.samples = memory->samples + position * memory->sample_position + row;
      p.next = p.weights + (ptrdiff_t)p.depth * width;
      p.products = memory->products + position * PRODUCT_POSITION;
      p.adds = row > 0;
      multiply(p, rows, vectors);
    }
}

/// The outputs of `channels` output channels that begin with `channel`.
static void block_to_outputs(const block *b, ptrdiff_t channel, int32_t channels) {
  const conv_problem *problem = b->problem;
  const block_memory *memory = &b->memory;
  const bool is_last = problem->y.channel == 1;
  const int32_t together = is_last ? channels : LANES;
  outlet out = {.problem = problem, .task = b->task, .transform = b->form.to_outputs, .staged = memory->staged,
                .tile = b->planes * memory->product_tile};
  for (int32_t plane = 0; plane < b->planes; plane++)
    for (int32_t c = 0; c < channels; c += together) {
      const ptrdiff_t at = (channel + c) * problem->y.channel;
      out.plane = b->plane + plane;
      out.bias = b->image->bias + channel + c;
      out.residual = b->image->residual ? b->image->residual + at : NULL;
      out.y = b->image->y + at;
      out.channels = least_of(channels - c, together);
      stretch s;
      for (int64_t tile = b->first; tile < b->end; tile += s.tiles) {
        s = stretch_from(b, tile);
        out.products = memory->products + ((tile - b->first) * b->planes + plane) * memory->product_tile + c;
        if (is_last)
          stretch_to_pixels(&out, &s);
        else
          stretch_to_planes(&out, &s);
      }
    }
}

static void run_block(const block *b) {
  const conv_problem *problem = b->problem;
  const block_memory *memory = &b->memory;
  for (int32_t tile = 0; tile < b->end - b->first; tile++)
    for (int32_t plane = 0; plane < b->planes; plane++)
      memory->rows[tile * b->planes + plane] = tile * memory->sample_tile + (ptrdiff_t)plane * memory->channels;

  const int32_t outputs = problem->output_channels, panels = group_panels(outputs);
  const size_t weights = (size_t)memory->positions * row_count(problem->input_channels, problem->axis[0].kernel);
  int32_t staged_group = -1;
  for (int32_t panel = b->task->first_panel; panel < b->task->end_panel; panel++) {
    const int32_t group = panel / panels, first = panel % panels * PANEL;
    if (group != staged_group) block_to_points(b, staged_group = group);
    const int32_t channels = least_of(outputs - first, PANEL);
    multiply_block(b, b->image->packed + weights * ((size_t)group * whole_vectors(outputs) + first), channels);
    block_to_outputs(b, (ptrdiff_t)group * outputs + first, channels);
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  block b = {.problem = problem, .image = image, .task = task, .memory = block_memory_in(problem, workspace),
             .depth = tiles_of(&problem->axis[0], 1, task->first[0], task->end[0]),
             .height = tiles_of(&problem->axis[1], problem->winograd[1], task->first[1], task->end[1]),
             .width = tiles_of(&problem->axis[2], problem->winograd[2], task->first[2], task->end[2])};
  b.form = form_of(b.height.points, b.height.outputs, b.width.points, b.width.outputs);
  const int64_t tiles = (int64_t)tile_count(&b.height) * tile_count(&b.width);
  const int64_t parts = (tiles + b.memory.tiles - 1) / b.memory.tiles;
  for (b.plane = task->first[0]; b.plane < task->end[0]; b.plane += b.planes) {
    b.planes = least_of(b.memory.planes, task->end[0] - b.plane);
    for (int64_t part = 0; part < parts; part++) {
      b.first = tiles * part / parts;
      b.end = tiles * (part + 1) / parts;
      run_block(&b);
    }
  }
}

static size_t workspace_bytes(const conv_problem *problem) { return block_memory_in(problem, NULL).bytes; }

const conv_kernel SIMD_NAME(conv_winograd) = {
    .family = "winograd", .isa = SIMD_ISA, .tile_pixels = TILE_BROADCASTS, .tile_channels = PANEL,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
