// Winograd convolution: F(m, r) along height, width or both, stride 1. A vector runs over channels.
//
// A task goes through its tiles in blocks. The samples of a block are taken to the points (transform.h), every position
// becomes a product of matrices (multiply.h), panel by panel, and the products are taken to outputs. Both sides of a
// block, nothing larger, are in the workspace: in the second-level cache, or where many weights would pass by often, in
// the third (block.h). Border taps are looked up where samples enter (entrance.h); bias, residual and activation are
// applied where outputs leave (outlet.h). Depth is not transformed: its taps are more channels, and outputs side by
// side along it share their samples.
#include "forms.h"
#include "work.h"

/// A block of a task: tiles first..<end in space, counted row of tiles by row of tiles, and outputs along depth.
typedef struct {
  const conv_problem *problem;
  const conv_operands *image;
  const conv_task *task;
  tile_axis depth, height, width;
  block_memory memory;
  const tile_form *form;
  int64_t first, end;
  int32_t stretches;
  int32_t plane, planes;
} block;

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
  const int32_t together = problem->layout == CONV_CHANNELS_LAST ? channels : LANES, vectors = stretch_vectors(problem);
  entrance in = {.problem = problem, .height = &b->height, .width = &b->width, .transform = b->form->to_points,
                 .patch = memory->patch,
                 .x = b->image->x + (ptrdiff_t)group * channels * problem->x.channel,
                 .position = memory->sample_position, .tile = memory->sample_tile};
  for (int32_t plane = 0; plane < b->planes + b->depth.axis->kernel - 1; plane++) {
    in.plane = sample_index(&b->depth, b->plane, plane);
    for (int32_t first = 0; first < channels; first += together) {
      const int32_t end = least_of(first + together, channels);
      for (const stretch *s = memory->stretches; s < memory->stretches + b->stretches; s++) {
        float *samples = memory->samples + s->first * memory->sample_tile + plane * memory->channels;
        channel_range range = {first, 0, 0};
        while (range.first + range.count < end) {
          range = next_channels(range, end, vectors);
          in.points = samples + range.first;
          stretch_to_points(&in, s, range);
        }
      }
    }
  }
}

/// A panel of a group, as a block meets it.
typedef struct {
  ptrdiff_t channel;     ///< the first, of all groups' output channels
  int32_t channels;
  int32_t left;          ///< channels of the group from this panel on
  const float *weights;  ///< of all positions
  float *products;
} block_panel;

/// The panel whose products are the first that are held.
INLINE block_panel first_panel(const block *b, int32_t panel) {
  const int32_t outputs = b->problem->output_channels, panels = group_panels(outputs);
  const int32_t group = panel / panels, first = panel % panels * PANEL;
  return (block_panel){
      .channel = (ptrdiff_t)group * outputs + first,
      .channels = least_of(outputs - first, PANEL),
      .left = outputs - first,
      .weights = b->image->packed + weight_rows(b->problem) * ((size_t)group * whole_vectors(outputs) + first),
      .products = b->memory.products,
  };
}

INLINE void go_to_next(const block *b, block_panel *panel) {
  panel->channel += PANEL;
  panel->left -= PANEL;
  panel->channels = least_of(panel->left, PANEL);
  panel->weights += weight_rows(b->problem) * PANEL;
  panel->products += b->memory.product_panel;
}

/// The products of a panel at one position.
static void multiply_panel(const block *b, const block_panel *panel, int32_t position) {
  const block_memory *memory = &b->memory;
  const int32_t vectors = parts_of(panel->channels, LANES), width = vectors * LANES;
  const int32_t depth = row_count(b->problem->input_channels, b->depth.axis->kernel);
  const int32_t rows = (int32_t)(b->end - b->first) * b->planes;
  product p = {.row = memory->rows,
               .weights = panel->weights + (ptrdiff_t)position * depth * width,
               .products = panel->products + position * PRODUCT_POSITION,
               .product_row = memory->product_tile};
  for (int32_t row = 0; row < depth; row += p.depth, p.weights += p.depth * width) {
    p.depth = least_of(depth - row, SUMMED_ROWS);
    p.samples = memory->samples + position * memory->sample_position + row;
    p.adds = row > 0;
    // Where several panels meet a position, the next one's weights.
    const bool jumps = memory->panels > 1 && row + p.depth == depth;
    p.next = p.weights + (ptrdiff_t)width * (jumps ? (ptrdiff_t)weight_rows(b->problem) - row : p.depth);
    multiply(p, rows, vectors);
  }
}

/// The outputs of a panel.
static void block_to_outputs(const block *b, const block_panel *panel) {
  const conv_problem *problem = b->problem;
  const block_memory *memory = &b->memory;
  const bool is_last = problem->layout == CONV_CHANNELS_LAST;
  const int32_t together = is_last ? panel->channels : LANES;
  outlet out = {.problem = problem, .task = b->task, .height = &b->height, .width = &b->width,
                .transform = b->form->to_outputs, .staged = memory->staged, .tile = b->planes * memory->product_tile};
  for (int32_t plane = 0; plane < b->planes; plane++)
    for (int32_t c = 0; c < panel->channels; c += together) {
      const ptrdiff_t at = (panel->channel + c) * problem->y.channel;
      out.plane = b->plane + plane;
      out.channel = panel->channel + c;
      out.bias = b->image->bias + out.channel;
      out.residual = b->image->residual ? b->image->residual + at : NULL;
      out.y = b->image->y + at;
      out.channels = least_of(panel->channels - c, together);
      for (const stretch *s = memory->stretches; s < memory->stretches + b->stretches; s++) {
        out.products = panel->products + ((ptrdiff_t)s->first * b->planes + plane) * memory->product_tile + c;
        if (is_last)
          stretch_to_pixels(&out, s);
        else
          stretch_to_planes(&out, s);
      }
    }
}

static void run_block(block *b) {
  const conv_problem *problem = b->problem;
  const block_memory *memory = &b->memory;
  b->stretches = list_stretches(problem, &b->height, &b->width, b->first, b->end, memory->stretches);
  for (int32_t tile = 0; tile < b->end - b->first; tile++)
    for (int32_t plane = 0; plane < b->planes; plane++)
      memory->rows[tile * b->planes + plane] = tile * memory->sample_tile + (ptrdiff_t)plane * memory->channels;

  const conv_task *task = b->task;
  const int32_t panels = group_panels(problem->output_channels);
  int32_t staged_group = -1;
  for (int32_t first = task->first_panel, end; first < task->end_panel; first = end) {
    const int32_t group = first / panels;
    end = least_of(least_of(first + memory->panels, (group + 1) * panels), task->end_panel);
    if (group != staged_group) block_to_points(b, staged_group = group);
    const block_panel held = first_panel(b, first);
    for (int32_t position = 0; position < memory->positions; position++) {
      block_panel panel = held;
      for (int32_t i = first; i < end; i++, go_to_next(b, &panel)) multiply_panel(b, &panel, position);
    }
    block_panel panel = held;
    for (int32_t i = first; i < end; i++, go_to_next(b, &panel)) block_to_outputs(b, &panel);
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  const int32_t *outputs = problem->form.outputs;
  block b = {.problem = problem, .image = image, .task = task, .memory = block_memory_in(problem, workspace),
             .form = form_of(problem),
             .depth = tile_axis_of(&problem->axis[0], 1, task->first[0], task->end[0]),
             .height = tile_axis_of(&problem->axis[1], outputs[1], task->first[1], task->end[1]),
             .width = tile_axis_of(&problem->axis[2], outputs[2], task->first[2], task->end[2])};
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

static const char *obstacle(const conv_problem *problem) {
  if (!problem->has_finite_weights) return "a weight that is not finite";
  for (int axis = 0; axis < 3; axis++)
    if (problem->axis[axis].stride > 1) return "a stride above 1";
  if (problem->axis[0].kernel > 1 && problem->axis[0].dilation > 1) return "several taps along a dilated depth";
  conv_form all[CONV_MOST_FORMS];
  if (forms(problem, all) == 0) return "a kernel that is not 3x3, 5x5 or 2 to 5 taps along one of height and width";
  return type_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_winograd) = {
    .family = "winograd", .algorithm = "winograd", .isa = SIMD_ISA, .lanes = LANES, .obstacle = obstacle,
    .forms = forms, .panel_count = panel_count, .panel_channel = panel_channel, .packed_bytes = packed_bytes,
    .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
