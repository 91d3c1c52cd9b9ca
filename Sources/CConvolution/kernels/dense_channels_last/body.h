// Direct convolution in channels-last memory. A vector runs over output channels, a tile is up to TILE_BROADCASTS pixels
// x TILE_VECTORS vectors, and every sample is broadcast to a row of packed weights: [panel][tap][input channel][channel].
#include "../activation.h"
#include "../pack_rows.h"
#include "../pixel_table.h"
#include "../store.h"

enum { PANEL = TILE_VECTORS * LANES };

typedef struct {
  const pixel_table *table;
  ptrdiff_t input_offset;  ///< of the group's first channel in a pixel
  const float *weights;
  int32_t channels;  ///< of the panel
  const float *bias, *residual;
  float *y;
  const conv_activation *activation;
} tile;

INLINE void microkernel(const int pixels, const int vectors, const tile *t) {
  vec sum[TILE_BROADCASTS][TILE_VECTORS];
  UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++) sum[p][v] = v_zero();

  for (int32_t r = 0; r < t->table->count; r++) {
    const tap_run *run = &t->table->runs[r];
    const float **pointers = t->table->pointers + run->pointer_row * TILE_BROADCASTS;
    const float *samples[TILE_BROADCASTS];
    UNROLL for (int p = 0; p < pixels; p++) samples[p] = pointers[p] + run->offset + t->input_offset;
    const float *weights = t->weights + (ptrdiff_t)run->weight_row * (vectors * LANES);
    const int32_t length = run->length;
    for (int32_t c = 0; c < length; c++, weights += vectors * LANES) {
      vec w[TILE_VECTORS];
      UNROLL for (int v = 0; v < vectors; v++) w[v] = v_load(weights + v * LANES);
      UNROLL for (int p = 0; p < pixels; p++) {
        const vec sample = v_set(samples[p][c]);
        UNROLL for (int v = 0; v < vectors; v++) sum[p][v] = v_fma(sample, w[v], sum[p][v]);
      }
    }
  }

  const output_bounds bounds = bounds_of(t->activation);
  UNROLL for (int v = 0; v < vectors; v++) {
    const int32_t rest = t->channels - v * LANES;
    const bool all = rest >= LANES;
    const vmask mask = v_first(all ? LANES : rest);
    const vec bias = v_load_masked(t->bias + v * LANES, mask, v_zero());
    UNROLL for (int p = 0; p < pixels; p++) {
      const ptrdiff_t at = t->table->output[p] + v * LANES;
      const float *residual = t->residual ? t->residual + at : NULL;
      if (all)
        store_output(bounds, sum[p][v], bias, residual, t->y + at, true, mask);
      else
        store_output(bounds, sum[p][v], bias, residual, t->y + at, false, mask);
    }
  }
}

// One function a tile size; a tile of p pixels is row p - 1.
#define TILE(p) \
  static void tile_##p##x1(const tile *t) { microkernel(p, 1, t); } \
  static void tile_##p##x2(const tile *t) { microkernel(p, 2, t); }
#define ROW(p) {tile_##p##x1, tile_##p##x2},
#include "../tile_sizes.h"
TILE_SIZES(TILE)
static void (*const tiles[TILE_BROADCASTS][TILE_VECTORS])(const tile *) = {TILE_SIZES(ROW)};

static int32_t group_panels(int32_t output_channels) { return (output_channels + PANEL - 1) / PANEL; }

static int32_t panel_count(const conv_weights *w) { return w->groups * group_panels(w->output_channels); }

/// Floats of one group: its last panel is as wide as it must be.
INLINE size_t group_floats(int32_t output_channels, size_t rows) {
  return rows * ((size_t)(output_channels + LANES - 1) / LANES * LANES);
}

static size_t packed_floats(const conv_weights *w) {
  size_t rows = (size_t)w->kernel[0] * w->kernel[1] * w->kernel[2] * w->input_channels;
  return w->groups * group_floats(w->output_channels, rows);
}

static void pack(const conv_weights *w, float *packed) {
  for (int32_t group = 0; group < w->groups; group++)
    for (int32_t first = 0; first < w->output_channels; first += PANEL) {
      const int32_t rest = w->output_channels - first;
      const int32_t width = rest > LANES ? PANEL : LANES, channels = rest < width ? rest : width;
      const float *from = w->data + (group * (ptrdiff_t)w->output_channels + first) * w->output_stride;
      const ptrdiff_t rows = (ptrdiff_t)w->kernel[0] * w->kernel[1] * w->kernel[2] * w->input_channels;
      pack_rows(w, from, channels, (row_order){w->input_channels, 1, width}, packed);
      packed += rows * width;
    }
}

static size_t workspace_bytes(const conv_problem *problem) { return pixel_table_bytes(problem); }

/// Computes the task's panels on the tile that the table describes.
static void run_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const pixel_table *table, int32_t pixels) {
  const int32_t output_channels = problem->output_channels, panels = group_panels(output_channels);
  const size_t rows = (size_t)tap_count(problem) * problem->input_channels;
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++) {
    const int32_t group = panel / panels, first_channel = panel % panels * PANEL;
    const int32_t rest = output_channels - first_channel;
    const ptrdiff_t channel = (ptrdiff_t)group * output_channels + first_channel;
    const tile t = {
        .table = table,
        .input_offset = (ptrdiff_t)group * problem->input_channels,
        .weights = image->packed + group * group_floats(output_channels, rows) + rows * first_channel,
        .channels = rest < PANEL ? rest : PANEL,
        .bias = image->bias + channel,
        .residual = image->residual ? image->residual + channel : NULL,
        .y = image->y + channel,
        .activation = &problem->activation,
    };
    tiles[pixels - 1][rest > LANES](&t);
    for (int32_t p = 0; p < pixels; p++) activate(t.activation, t.y + table->output[p], t.channels);
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  // Channels side by side in the whole picture are side by side in a row of taps only where there is one group.
  run_pixel_tiles(problem, image, task, workspace, problem->groups == 1, run_tile);
}

const conv_kernel SIMD_NAME(conv_dense_channels_last) = {
    .family = "dense_channels_last", .isa = SIMD_ISA, .tile_pixels = TILE_BROADCASTS, .tile_channels = PANEL,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
