// Pointwise convolution in channels-first memory: one tap, no stride and no padding, so that outputs lie as the samples
// that they are computed from. A vector runs over consecutive pixels, a tile is up to TILE_BROADCASTS output channels
// x TILE_VECTORS vectors, and every packed weight is broadcast: [panel][input channel][output channel].
#define PANEL_CHANNELS TILE_BROADCASTS
#include "../../shared/arena.h"
#include "../../shared/broadcast_weights.h"
#include "../../shared/finish.h"
#include "../../shared/tile_sizes.h"
#include "../../shared/work.h"

enum { TILE_PIXELS = TILE_VECTORS * LANES };

typedef struct {
  int32_t pixels, input_channels;
  bool first, last;                ///< of the tile's blocks of input channels
  float *partial;                  ///< its sums in between: [channel][TILE_PIXELS]
  const float *x;                  ///< the first pixel of the first input channel
  const float *weights, *bias, *residual;
  float *y;                        ///< of the first output channel, as residual
  ptrdiff_t x_channel, y_channel;  ///< from one channel to the next
  const conv_activation *activation;
} tile;

/// Without `whole`, the last vector may have lanes that are no pixels.
INLINE void microkernel(const int channels, const int vectors, const bool whole, const tile *t) {
  vec sum[TILE_BROADCASTS][TILE_VECTORS];
  EACH(m, channels) EACH(v, vectors) sum[m][v] = v_zero();
  if (!t->first) EACH(m, channels) EACH(v, vectors) sum[m][v] = v_load(t->partial + m * TILE_PIXELS + v * LANES);
  const vmask mask = v_first(t->pixels - (vectors - 1) * LANES);
  const float *x = t->x, *weights = t->weights;
  for (int32_t c = 0; c < t->input_channels; c++, x += t->x_channel, weights += channels) {
    vec samples[TILE_VECTORS];
    EACH(v, vectors) samples[v] =
        whole || v < vectors - 1 ? v_load(x + v * LANES) : v_load_masked(x + v * LANES, mask);
    EACH(m, channels) {
      const vec weight = v_set(weights[m]);
      EACH(v, vectors) sum[m][v] = v_fma(weight, samples[v], sum[m][v]);
    }
  }

  if (!t->last) {
    EACH(m, channels) EACH(v, vectors) v_store(t->partial + m * TILE_PIXELS + v * LANES, sum[m][v]);
    return;
  }
  const output_bounds bounds = bounds_of(t->activation);
  EACH(m, channels) EACH(v, vectors) {
    const ptrdiff_t at = m * t->y_channel + v * LANES;
    store_output(bounds, sum[m][v], v_set(t->bias[m]), t->residual ? t->residual + at : NULL, t->y + at,
                 whole || v < vectors - 1, mask);
  }
}

// Three functions a number of channels: up to one vector, more than one, two.
#define TILE(m) \
  static void tile_##m##_short(const tile *t) { microkernel(m, 1, false, t); } \
  static void tile_##m##_long(const tile *t) { microkernel(m, TILE_VECTORS, false, t); } \
  static void tile_##m##_whole(const tile *t) { microkernel(m, TILE_VECTORS, true, t); }
#define ROW(m) {tile_##m##_short, tile_##m##_long, tile_##m##_whole},
TILE_SIZES(TILE)
static void (*const tiles[TILE_BROADCASTS][3])(const tile *) = {TILE_SIZES(ROW)};

/// Input channels whose samples of a tile fill the first-level cache; all panels go through them before the next.
INLINE int32_t block_channels(const conv_problem *problem) {
  return clamped(problem->caches.level[0] / (TILE_PIXELS * (int64_t)sizeof(float)), 1, problem->input_channels);
}

/// Takes the sums of a tile in between, where there are several blocks.
INLINE float *take_partial(arena *a, const conv_problem *problem) {
  const bool split = block_channels(problem) < problem->input_channels;
  return split ? TAKE(a, float, (size_t)problem->groups * problem->output_channels * TILE_PIXELS) : NULL;
}

static size_t workspace_bytes(const conv_problem *problem) {
  arena a = {0};
  take_partial(&a, problem);
  return a.used;
}

/// Computes a panel on up to TILE_PIXELS pixels, whose first one is at `x` and `y` in the first channels, as far as the
/// input channels begin..<end go.
static void run_panel(const conv_problem *problem, const conv_operands *image, int32_t panel, int32_t begin,
                      int32_t end, ptrdiff_t x, ptrdiff_t y, int32_t pixels, float *partial) {
  const int32_t channel = panel_channel(problem, panel), width = panel_channel(problem, panel + 1) - channel;
  const ptrdiff_t input = (ptrdiff_t)(channel / problem->output_channels) * problem->input_channels + begin;
  const ptrdiff_t output = channel * problem->y.channel + y;
  const tile t = {
      .pixels = pixels,
      .input_channels = end - begin,
      .first = begin == 0,
      .last = end == problem->input_channels,
      .partial = partial + (ptrdiff_t)channel * TILE_PIXELS,
      .x = image->x + input * problem->x.channel + x,
      .weights = image->packed + (ptrdiff_t)channel * problem->input_channels + (ptrdiff_t)begin * width,
      .bias = image->bias + channel,
      .residual = image->residual ? image->residual + output : NULL,
      .y = image->y + output,
      .x_channel = problem->x.channel,
      .y_channel = problem->y.channel,
      .activation = &problem->activation,
  };
  tiles[width - 1][pixels <= LANES ? 0 : pixels < TILE_PIXELS ? 1 : 2](&t);
  if (t.last)
    for (int32_t m = 0; m < width; m++) activate(t.activation, t.y + m * t.y_channel, pixels);
}

/// The rectangle of a task, rows that follow each other without a gap in x and y taken as one, and likewise planes.
typedef struct {
  int32_t planes, rows, pixels;
} pixel_rows;

INLINE pixel_rows rows_of(const conv_problem *problem, const conv_task *task) {
  pixel_rows r = {task->end[0] - task->first[0], task->end[1] - task->first[1], task->end[2] - task->first[2]};
  const ptrdiff_t *x = problem->x.axis, *y = problem->y.axis;
  if (r.rows == 1 || (x[1] == r.pixels && y[1] == r.pixels)) {
    r.pixels *= r.rows;
    r.rows = 1;
    if (r.planes == 1 || (x[0] == r.pixels && y[0] == r.pixels)) {
      r.pixels *= r.planes;
      r.planes = 1;
    }
  }
  return r;
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  arena a = {.memory = workspace};
  float *partial = take_partial(&a, problem);
  const pixel_rows rows = rows_of(problem, task);
  const int32_t block = block_channels(problem);
  const ptrdiff_t *x_step = problem->x.axis, *y_step = problem->y.axis;
  for (int32_t d = task->first[0]; d < task->first[0] + rows.planes; d++)
    for (int32_t h = task->first[1]; h < task->first[1] + rows.rows; h++) {
      const ptrdiff_t x = d * x_step[0] + h * x_step[1] + task->first[2];
      const ptrdiff_t y = d * y_step[0] + h * y_step[1] + task->first[2];
      for (int32_t w = 0; w < rows.pixels; w += TILE_PIXELS)
        for (int32_t c = 0; c < problem->input_channels; c += block)
          for (int32_t panel = task->first_panel; panel < task->end_panel; panel++)
            run_panel(problem, image, panel, c, least_of(c + block, problem->input_channels), x + w, y + w,
                      least_of(rows.pixels - w, TILE_PIXELS), partial);
    }
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const pixel_rows rows = rows_of(problem, task);
  const double count = (double)rows.planes * rows.rows, panels = task->end_panel - task->first_panel;
  const double vectors = count * parts_of(rows.pixels, LANES), tiles = count * parts_of(rows.pixels, TILE_PIXELS);
  const double channels = panel_channel(problem, task->end_panel) - panel_channel(problem, task->first_panel);
  const double inputs = problem->input_channels, blocks = parts_of(problem->input_channels, block_channels(problem));
  conv_work work = {.count[CONV_TASKS] = 1};
  if (tiles == 0) return work;
  add_work(&work, CONV_MULTIPLY_ADDS, inputs * vectors * channels);
  // Between two blocks, sums are stored and loaded.
  add_work(&work, CONV_LOADS,
           inputs * (vectors * panels + tiles * channels) + 2 * (blocks - 1) * vectors * channels);
  add_work(&work, CONV_STEPS, inputs * tiles * panels);
  add_work(&work, CONV_TILES, blocks * tiles * panels);
  add_work(&work, CONV_STORES, vectors * channels);

  const double pixels = sizeof(float) * task_outputs(task), weights = sizeof(float) * channels * inputs;
  const double groups = task_groups(task, group_panels(problem->output_channels));
  add_tiled_traffic(&work, problem, task,
                    (tiled_bytes){
                        .inputs = groups * inputs * pixels,
                        .outputs = channels * pixels,
                        .weights = weights,
                        .tiles = tiles,
                        .tile_inputs = groups * inputs * pixels / tiles,
                        .passes = panels / groups,
                        .blocks = blocks,
                    },
                    packed_bytes(problem));
  return work;
}

static conv_grain grain(const conv_problem *problem) {
  (void)problem;
  return (conv_grain){{1, 1, 1}, INT32_MAX, TILE_PIXELS, TILE_BROADCASTS};
}

static const char *obstacle(const conv_problem *problem) {
  if (tap_count(problem) > 1) return "several taps";
  for (int a = 0; a < 3; a++) {
    const conv_axis *axis = &problem->axis[a];
    if (axis->stride > 1) return "a stride above 1";
    if (axis->before != 0 || axis->input != axis->output) return "padding";
  }
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_FIRST);
  return layout ? layout : common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_pointwise) = {
    .family = "pointwise", .algorithm = "direct", .isa = SIMD_ISA, .lanes = LANES, .obstacle = obstacle,
    .forms = one_form, .panel_count = panel_count, .packed_bytes = packed_bytes, .pack = pack, .grain = grain,
    .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
