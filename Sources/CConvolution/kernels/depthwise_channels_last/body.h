// Depthwise convolution in channels-last memory. A vector runs over output channels, and a sample meets the weight of its
// own channel. A tile is half as many pixels and twice as many vectors as a dense one: few enough pixels that their
// addresses stay in registers. With a multiplier M the output channels M c ... M c + M - 1 all read the input channel c.
// Packed weights: [panel][tap][channel].
#include "../activation.h"
#include "../pack_rows.h"
#include "../pixel_table.h"
#include "../store.h"
#include "../tile_sizes.h"

enum {
  PIXELS = TILE_BROADCASTS / 2,
  VECTORS = TILE_VECTORS * 2,
  PANEL = VECTORS * LANES,
};

typedef struct {
  const pixel_table *table;
  int32_t first_pixel;      ///< of the table's
  ptrdiff_t input_channel;  ///< of the panel's first output channel
  int32_t lane_channel[VECTORS][LANES];  ///< input channel of each lane, from input_channel on
  bool repeats;             ///< whether a multiplier makes lanes share input channels
  const float *weights;
  int32_t channels;         ///< of the panel
  const float *bias, *residual;
  float *y;
  const conv_activation *activation;
} tile;

/// How a tile's samples are read.
typedef enum {
  ALL_INSIDE,  ///< whole vectors, and every tap lies at one distance from its pixel
  WHOLE,       ///< whole vectors
  PARTIAL,     ///< the last vector is short
  REPEATED,    ///< lanes share input channels
} tile_kind;

/// The samples of vector `v`'s channels of one pixel.
INLINE vec load_samples(const tile *t, const float *pixel, int v, const tile_kind kind, vmask mask) {
  switch (kind) {
    case ALL_INSIDE:
    case WHOLE: return v_load(pixel + v * LANES);
    case PARTIAL: return v_load_masked(pixel + v * LANES, mask, v_zero());
    case REPEATED: return v_gather(pixel, t->lane_channel[v], mask, v_zero());
  }
}

INLINE void sum_taps(const int pixels, const int vectors, const tile_kind kind, const tile *t) {
  vec sum[PIXELS][VECTORS];
  UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++) sum[p][v] = v_zero();
  const bool all = kind == ALL_INSIDE || kind == WHOLE;
  vmask mask[VECTORS];
  UNROLL for (int v = 0; v < vectors; v++) {
    const int32_t rest = t->channels - v * LANES;
    mask[v] = v_first(rest >= LANES ? LANES : rest);
  }

  const float *pixel[PIXELS];
  UNROLL for (int p = 0; p < pixels; p++) pixel[p] = t->table->pointers[t->first_pixel + p] + t->input_channel;
  for (int32_t r = 0; r < t->table->count; r++) {
    const tap_run *run = &t->table->runs[r];
    if (kind != ALL_INSIDE) {
      const float **pointers = t->table->pointers + run->pointer_row * TILE_BROADCASTS + t->first_pixel;
      UNROLL for (int p = 0; p < pixels; p++) pixel[p] = pointers[p] + t->input_channel;
    }
    const float *weights = t->weights + (ptrdiff_t)run->weight_row * (vectors * LANES);
    vec w[VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) w[v] = v_load(weights + v * LANES);
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++)
        sum[p][v] = v_fma(load_samples(t, pixel[p] + run->offset, v, kind, mask[v]), w[v], sum[p][v]);
  }

  const output_bounds bounds = bounds_of(t->activation);
  UNROLL for (int v = 0; v < vectors; v++) {
    const vec bias = v_load_masked(t->bias + v * LANES, mask[v], v_zero());
    UNROLL for (int p = 0; p < pixels; p++) {
      const ptrdiff_t at = t->table->output[t->first_pixel + p] + v * LANES;
      store_output(bounds, sum[p][v], bias, t->residual ? t->residual + at : NULL, t->y + at, all, mask[v]);
    }
  }
}

INLINE void microkernel(const int pixels, const int vectors, const tile *t) {
  if (t->repeats)
    sum_taps(pixels, vectors, REPEATED, t);
  else if (t->channels != vectors * LANES)
    sum_taps(pixels, vectors, PARTIAL, t);
  else if (t->table->runs == t->table->inside_runs)
    sum_taps(pixels, vectors, ALL_INSIDE, t);
  else
    sum_taps(pixels, vectors, WHOLE, t);
}

// One function a tile size; a tile of p pixels is row p - 1.
#define TILE(p) \
  static void tile_##p##x1(const tile *t) { microkernel(p, 1, t); } \
  static void tile_##p##x2(const tile *t) { microkernel(p, 2, t); } \
  static void tile_##p##x3(const tile *t) { microkernel(p, 3, t); } \
  static void tile_##p##x4(const tile *t) { microkernel(p, 4, t); }
#define ROW(p) {tile_##p##x1, tile_##p##x2, tile_##p##x3, tile_##p##x4},
HALF_TILE_SIZES(TILE)
static void (*const tiles[PIXELS][VECTORS])(const tile *) = {HALF_TILE_SIZES(ROW)};

static int32_t panel_count(const conv_weights *w) { return (w->groups * w->output_channels + PANEL - 1) / PANEL; }

static size_t packed_floats(const conv_weights *w) {
  return (size_t)w->kernel[0] * w->kernel[1] * w->kernel[2] *
         ((size_t)(w->groups * w->output_channels + LANES - 1) / LANES * LANES);
}

static void pack(const conv_weights *w, float *packed) {
  const int32_t total = w->groups * w->output_channels;
  for (int32_t first = 0; first < total; first += PANEL) {
    const int32_t rest = total - first;
    const int32_t width = rest < PANEL ? (rest + LANES - 1) / LANES * LANES : PANEL;
    const int32_t channels = rest < PANEL ? rest : PANEL;
    pack_rows(w, w->data + first * w->output_stride, channels, (row_order){1, 1, width}, packed);
    packed += (ptrdiff_t)width * w->kernel[0] * w->kernel[1] * w->kernel[2];
  }
}

/// Computes the task's panels on the tile that the table describes.
static void run_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const pixel_table *table, int32_t pixels) {
  const int32_t multiplier = problem->output_channels, total = problem->groups * multiplier;
  const size_t taps = (size_t)tap_count(problem);
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++) {
    const int32_t channel = panel * PANEL, rest = total - channel;
    tile t = {
        .table = table,
        .input_channel = channel / multiplier,
        .repeats = multiplier > 1,
        .weights = image->packed + taps * channel,
        .channels = rest < PANEL ? rest : PANEL,
        .bias = image->bias + channel,
        .residual = image->residual ? image->residual + channel : NULL,
        .y = image->y + channel,
        .activation = &problem->activation,
    };
    if (t.repeats)
      for (int32_t o = 0; o < PANEL; o++)
        t.lane_channel[o / LANES][o % LANES] = (channel + o) / multiplier - channel / multiplier;
    const int32_t parts = (pixels + PIXELS - 1) / PIXELS, vectors = (t.channels + LANES - 1) / LANES;
    for (int32_t part = 0; part < parts; part++) {
      t.first_pixel = part_begin(pixels, parts, part);
      tiles[part_begin(pixels, parts, part + 1) - t.first_pixel - 1][vectors - 1](&t);
    }
    for (int32_t p = 0; p < pixels; p++) activate(t.activation, t.y + table->output[p], t.channels);
  }
}

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

const conv_kernel SIMD_NAME(conv_depthwise_channels_last) = {
    .family = "depthwise_channels_last", .isa = SIMD_ISA, .tile_pixels = TILE_BROADCASTS, .tile_channels = PANEL,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
