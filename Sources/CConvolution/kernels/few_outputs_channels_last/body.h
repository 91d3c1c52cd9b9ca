// Few output channels and many input channels a group, in channels-last memory: a last layer's three colours, a mask. A
// vector runs over input channels, a tile is as many pixels x up to PANEL_CHANNELS outputs as the registers hold sums
// for, and the lanes of each sum are added up at the end. Packed weights: [output channel][tap][input channel].
#define PANEL_CHANNELS 4
// Tables of several tiles, so that there are few short ones and few partial vectors of outputs.
#define TABLE_PIXELS (4 * TILE_BROADCASTS)
#include "../../shared/finish.h"
#include "../../shared/even_panels.h"
#include "../../shared/flat.h"
#include "../../shared/plain_weights.h"
#include "../../shared/tile_sizes.h"
#include "../../shared/tile_walk.h"

enum {
  SUMS = TILE_BROADCASTS * TILE_VECTORS,
  ROUNDED_SUMS = (SUMS + LANES - 1) / LANES * LANES,
};

typedef struct {
  const pixel_table *table;
  ptrdiff_t input_offset;  ///< of the group's first channel in a pixel
  const float *weights;    ///< of the panel's first output channel
  ptrdiff_t filter;        ///< floats from one output channel's weights to the next
  const float *bias;
} panel_weights;

/// Adds the products of a vector of input channels, of the lanes of `mask` or of all.
INLINE void add_channels(const int pixels, const int channels, const bool all, vmask mask,
                         const float *const samples[TILE_BROADCASTS], const float *weights, ptrdiff_t filter, int32_t c,
                         vec sum[ROUNDED_SUMS]) {
  vec w[PANEL_CHANNELS];
  EACH(m, channels) w[m] =
      all ? v_load(weights + m * filter + c) : v_load_masked(weights + m * filter + c, mask);
  EACH(p, pixels) {
    const vec x = all ? v_load(samples[p] + c) : v_load_masked(samples[p] + c, mask);
    EACH(m, channels) sum[p * channels + m] = v_fma(x, w[m], sum[p * channels + m]);
  }
}

/// Adds up the sums of a table's pixels from the first-th on: total[pixel][channel], and what fills a vector.
INLINE void microkernel(const int pixels, const int channels, const panel_weights *panel, int32_t first,
                        float *total) {
  vec sum[ROUNDED_SUMS];
  EACH(i, ROUNDED_SUMS) sum[i] = v_zero();
  EACH(m, channels) {
    const vec bias = v_load_masked(panel->bias + m, v_first(1));
    EACH(p, pixels) sum[p * channels + m] = bias;
  }
  const pixel_table *table = panel->table;
  for (int32_t r = 0; r < table->count; r++) {
    const tap_run *run = &table->runs[r];
    const float **pointers = table->pointers + run->pointer_row * TABLE_PIXELS + first;
    const float *samples[TILE_BROADCASTS];
    EACH(p, pixels) samples[p] = pointers[p] + run->offset + panel->input_offset;
    const float *weights = panel->weights + run->weight_row;
    int32_t c = 0;
    for (; c + LANES <= run->length; c += LANES)
      add_channels(pixels, channels, true, v_first(LANES), samples, weights, panel->filter, c, sum);
    if (c < run->length)
      add_channels(pixels, channels, false, v_first(run->length - c), samples, weights, panel->filter, c, sum);
  }
  UNROLL for (int i = 0; i < pixels * channels; i += LANES) v_store(total + i, v_sum_lanes(sum + i));
}

/// Pixels whose sums fit the registers together.
INLINE int most_pixels(const int channels) {
  return SUMS / channels < TILE_BROADCASTS ? SUMS / channels : TILE_BROADCASTS;
}

// One function a number of outputs; it splits a table's pixels into tiles that differ by one pixel at most.
INLINE void compute_pixels(const int channels, const panel_weights *panel, int32_t pixels, float *total) {
  const int32_t tiles = parts_of(pixels, most_pixels(channels)), size = pixels / tiles;
  for (int32_t first = 0, larger = pixels % tiles; first < pixels; larger--) {
    const int32_t count = size + (larger > 0);
    switch (count) {
#define SIZE(p) \
  case p: \
    if (p <= most_pixels(channels)) microkernel(p, channels, panel, first, total + first * channels); \
    break;
      TILE_SIZES(SIZE)
#undef SIZE
    }
    first += count;
  }
}

#define TILE(m) \
  static void tile_##m(const panel_weights *panel, int32_t pixels, float *total) { \
    compute_pixels(m, panel, pixels, total); \
  }
TILE(1) TILE(2) TILE(3) TILE(4)
static void (*const tiles[PANEL_CHANNELS])(const panel_weights *, int32_t, float *) = {tile_1, tile_2, tile_3, tile_4};

/// Makes outputs of `count` totals that lie side by side in y. The bias is part of them.
INLINE void finish_totals(const conv_activation *activation, int32_t channel, const float *total,
                          const float *residual, float *y, int32_t count) {
  const output_bounds bounds = bounds_of(activation);
  for (int32_t i = 0; i < count; i += LANES)
    store_output(bounds, v_load(total + i), v_zero(), residual ? residual + i : NULL, y + i, i + LANES <= count,
                 v_first(least_of(count - i, LANES)));
  activate(activation, (output_channels){channel, true}, y, count);
}

static void run_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const pixel_table *table, int32_t pixels, ptrdiff_t passed) {
  const ptrdiff_t filter = (ptrdiff_t)tap_count(problem) * problem->input_channels;
  const ptrdiff_t *output = table->output;
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++) {
    const int32_t channel = panel_channel(problem, panel), channels = panel_channel(problem, panel + 1) - channel;
    const panel_weights weights = {
        .table = table,
        .input_offset = (ptrdiff_t)(channel / problem->output_channels) * problem->input_channels +
                        passed * problem->x.axis[2],
        .weights = image->packed + channel * filter,
        .filter = filter,
        .bias = image->bias + channel,
    };
    float total[TABLE_PIXELS * PANEL_CHANNELS + LANES];
    tiles[channels - 1](&weights, pixels, total);
    // Pixels without a gap are one run of outputs, unless each channel has a slope of its own.
    const bool adjacent = problem->y.axis[2] == channels && output[pixels - 1] - output[0] == (pixels - 1) * channels;
    const bool whole = adjacent && problem->activation.kind != CONV_PRELU;
    const int32_t runs = whole ? 1 : pixels, length = whole ? pixels * channels : channels;
    for (int32_t r = 0; r < runs; r++) {
      const ptrdiff_t at = output[r] + passed * problem->y.axis[2] + channel;
      finish_totals(&problem->activation, channel, total + r * channels,
                    image->residual ? image->residual + at : NULL, image->y + at, length);
    }
  }
}

/// Taps are joined only where each fills whole vectors: else a pixel's sums would fall into other lanes in the middle
/// of the image than near its border.
INLINE bool joins_taps(const conv_problem *problem) {
  return problem->x.axis[2] == problem->input_channels && problem->input_channels % LANES == 0;
}

static size_t workspace_bytes(const conv_problem *problem) { return pixel_table_bytes(problem); }

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  const bool join = joins_taps(problem);
  if (!is_flat(problem, task)) {
    run_pixel_tiles(problem, image, task, workspace, join, false, TABLE_PIXELS, run_tile);
    return;
  }
  const problem_part flat = flatten(problem, image, task);
  run_pixel_tiles(&flat.problem, &flat.image, &flat.task, workspace, join, true, TABLE_PIXELS, run_tile);
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  conv_work work = {.count[CONV_TASKS] = 1};
  if (task_pixels(task) == 0) return work;
  const int32_t panels = task->end_panel - task->first_panel;
  const int32_t channels = panel_channel(problem, task->end_panel) - panel_channel(problem, task->first_panel);
  // Panels of a task differ by one channel at most.
  const int32_t width = channels / panels, wider = channels % panels;
  const bool join = joins_taps(problem);
  const tile_walk walk = walk_of(problem, task, TABLE_PIXELS);
  // In one row, most tiles find their samples as the one before did.
  const double filled = is_flat(problem, task) ? 1.0 / walk_tiles(&walk) : 1;
  for (int32_t i = 0; i < walk.piece_count; i++) {
    const piece_work piece = work_of_piece(problem, &walk, i, join);
    const double vectors = piece.taps * parts_of(problem->input_channels, LANES);
    const double outputs = (double)piece.pixels * channels;
    add_work(&work, CONV_LOOKUPS, filled * piece.lookups);
    add_work(&work, CONV_MULTIPLY_ADDS, vectors * outputs);
    // The lanes of every sum are added up as vectors are turned.
    add_work(&work, CONV_TURNS, outputs);
    add_work(&work, CONV_STORES, problem->y.axis[2] == width ? outputs / LANES : (double)piece.pixels * panels);
    add_work(&work, CONV_LOADS, vectors * piece.pixels * panels);
    for (int more = 0; more < 2; more++) {
      const int32_t size = piece.pixels / piece.tiles, larger = piece.pixels % piece.tiles;
      const int32_t most = most_pixels(width + more);
      const double calls = (more ? wider : panels - wider) * ((piece.tiles - larger) * (double)parts_of(size, most) +
                                                              (double)larger * parts_of(size + 1, most));
      add_work(&work, CONV_TILES, calls);
      add_work(&work, CONV_LOADS, calls * vectors * (width + more));
      add_work(&work, CONV_STEPS, calls * (vectors + piece.runs));
    }
  }
  const double groups = task_groups(task, group_panels(problem->output_channels));
  const double input = sizeof(float) * groups * problem->input_channels, tiles = walk_tiles(&walk);
  add_tiled_traffic(&work, problem, task,
                    (tiled_bytes){
                        .inputs = input * task_inputs(problem, task),
                        .outputs = sizeof(float) * task_outputs(task) * channels,
                        .weights = sizeof(float) * (double)channels * tap_count(problem) * problem->input_channels,
                        .tiles = tiles,
                        .tile_inputs = input * tile_inputs(problem, task_outputs(task) / tiles),
                        .passes = panels / groups,
                        .blocks = 1,
                    },
                    packed_bytes(problem));
  return work;
}

static conv_grain grain(const conv_problem *problem) {
  (void)problem;
  return (conv_grain){{1, 1, 1}, LEAST_OF_ROW, TILE_BROADCASTS, PANEL_CHANNELS};
}

static const char *obstacle(const conv_problem *problem) {
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_LAST);
  return layout ? layout : common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_few_outputs_channels_last) = {
    .family = "few_outputs_channels_last", .algorithm = "direct", .isa = SIMD_ISA, .lanes = LANES,
    .obstacle = obstacle, .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel,
    .packed_bytes = packed_bytes, .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes,
    .run = run,
};
