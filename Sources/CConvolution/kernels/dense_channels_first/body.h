// Direct convolution in channels-first memory. A vector runs over consecutive output pixels, a tile is up to
// TILE_BROADCASTS output channels x TILE_VECTORS vectors, and every packed weight is broadcast: [panel][row][channel],
// a row being an input channel and tap. The rows of samples that all panels of a tile read are gathered once into the
// workspace (im2col of one tile), or read in place where they already lie there as rows: a pointwise layer.
#define LANE_VECTORS TILE_VECTORS
#define PANEL_CHANNELS TILE_BROADCASTS
#include "../activation.h"
#include "../broadcast_weights.h"
#include "../lane_table.h"
#include "../store.h"
#include "../tile_sizes.h"

enum {
  TILE_PIXELS = TILE_VECTORS * LANES,
  /// Bytes of gathered samples: input channels are taken in blocks that stay in the first-level cache.
  BLOCK_BYTES = 24 * 1024,
};

typedef struct {
  int32_t rows;                ///< of this block of input channels
  const float *samples;
  ptrdiff_t sample_row;        ///< floats from one row of samples to the next
  const float *weights;
  float *partial;              ///< [channel][TILE_PIXELS]: sums of the blocks before, where there are several
  bool first_block, last_block;
  const lane_table *table;
  const float *bias, *residual;
  float *y;                    ///< of the first channel, as residual
  ptrdiff_t channel_stride;    ///< of y and residual
  const conv_activation *activation;
} tile;

INLINE void microkernel(const int channels, const int vectors, const tile *t) {
  vec sum[TILE_BROADCASTS][TILE_VECTORS];
  UNROLL for (int m = 0; m < channels; m++) UNROLL for (int v = 0; v < vectors; v++) sum[m][v] = v_zero();
  if (!t->first_block)
    UNROLL for (int m = 0; m < channels; m++) UNROLL for (int v = 0; v < vectors; v++) sum[m][v] =
        v_load(t->partial + m * TILE_PIXELS + v * LANES);

  const float *samples = t->samples, *weights = t->weights;
  for (int32_t row = 0; row < t->rows; row++, samples += t->sample_row, weights += channels) {
    vec x[TILE_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) x[v] = v_load(samples + v * LANES);
    UNROLL for (int m = 0; m < channels; m++) {
      const vec weight = v_set(weights[m]);
      UNROLL for (int v = 0; v < vectors; v++) sum[m][v] = v_fma(weight, x[v], sum[m][v]);
    }
  }

  if (!t->last_block) {
    UNROLL for (int m = 0; m < channels; m++) UNROLL for (int v = 0; v < vectors; v++)
        v_store(t->partial + m * TILE_PIXELS + v * LANES, sum[m][v]);
    return;
  }
  const output_bounds bounds = bounds_of(t->activation);
  UNROLL for (int v = 0; v < vectors; v++) {
    const bool all = t->table->pixels[v] == LANES;
    const vmask mask = v_first(t->table->pixels[v]);
    UNROLL for (int m = 0; m < channels; m++) {
      const ptrdiff_t at = m * t->channel_stride + t->table->output[v];
      const float *residual = t->residual ? t->residual + at : NULL;
      if (all)
        store_output(bounds, sum[m][v], v_set(t->bias[m]), residual, t->y + at, true, mask);
      else
        store_output(bounds, sum[m][v], v_set(t->bias[m]), residual, t->y + at, false, mask);
    }
  }
}

// One function a tile size; a tile of m channels is row m - 1.
#define TILE(m) \
  static void tile_##m##x1(const tile *t) { microkernel(m, 1, t); } \
  static void tile_##m##x2(const tile *t) { microkernel(m, 2, t); }
#define ROW(m) {tile_##m##x1, tile_##m##x2},
TILE_SIZES(TILE)
static void (*const tiles[TILE_BROADCASTS][TILE_VECTORS])(const tile *) = {TILE_SIZES(ROW)};

/// Input channels of a block of gathered samples.
INLINE int32_t block_channels(const conv_problem *problem) {
  const int64_t fitting = BLOCK_BYTES / ((int64_t)tap_count(problem) * TILE_PIXELS * (int64_t)sizeof(float));
  return fitting < 1 ? 1 : fitting < problem->input_channels ? (int32_t)fitting : problem->input_channels;
}

INLINE size_t samples_bytes(const conv_problem *problem) {
  return rounded((size_t)block_channels(problem) * tap_count(problem) * TILE_PIXELS * sizeof(float));
}

INLINE size_t partial_bytes(const conv_problem *problem) {
  if (block_channels(problem) == problem->input_channels) return 0;
  return (size_t)problem->output_channels * TILE_PIXELS * sizeof(float);
}

static size_t workspace_bytes(const conv_problem *problem) {
  return samples_bytes(problem) + partial_bytes(problem) + lane_table_bytes(problem);
}

INLINE void gather_samples(const lane_table *table, const float *x, ptrdiff_t plane, int32_t channels, int32_t taps,
                           float *samples) {
  for (int32_t c = 0; c < channels; c++, x += plane)
    for (int32_t tap = 0; tap < taps; tap++, samples += TILE_PIXELS)
      for (int32_t v = 0; v < table->vectors; v++)
        v_store(samples + v * LANES, lane_load(table, tap, v, x));
}

/// Whether the tile's samples lie in the input as the microkernel wants them.
INLINE bool reads_in_place(const lane_table *table, int32_t taps) {
  if (taps != 1) return false;
  for (int32_t v = 0; v < table->vectors; v++) {
    const lane_source *source = table->sources + v;
    if (source->pattern != LANES_COMPLETE || source->offset != table->sources->offset + v * LANES) return false;
  }
  return true;
}

/// Computes the panels first_panel..<end_panel of one group on the tile that the table describes.
INLINE void run_group(const conv_problem *problem, const conv_operands *image, const lane_table *table, int32_t group,
                      int32_t first_panel, int32_t end_panel, float *samples, float *partial) {
  const int32_t taps = tap_count(problem), block = block_channels(problem);
  const int32_t first_channel = panel_begin(problem->output_channels, first_panel);
  const bool in_place = reads_in_place(table, taps);
  const float *x = image->x + (ptrdiff_t)group * problem->input_channels * problem->x.channel;
  const size_t group_rows = (size_t)problem->input_channels * taps;

  for (int32_t c = 0; c < problem->input_channels; c += block) {
    const int32_t left = problem->input_channels - c, channels = left < block ? left : block;
    const float *planes = x + c * problem->x.channel;
    if (!in_place) gather_samples(table, planes, problem->x.channel, channels, taps, samples);
    for (int32_t panel = first_panel; panel < end_panel; panel++) {
      const int32_t begin = panel_begin(problem->output_channels, panel);
      const int32_t width = panel_begin(problem->output_channels, panel + 1) - begin;
      const ptrdiff_t channel = (ptrdiff_t)group * problem->output_channels + begin;
      const ptrdiff_t output = channel * problem->y.channel;
      const tile t = {
          .rows = channels * taps,
          .samples = in_place ? planes + table->sources->offset : samples,
          .sample_row = in_place ? problem->x.channel : TILE_PIXELS,
          .weights = image->packed + channel * group_rows + (size_t)c * taps * width,
          .partial = partial + (ptrdiff_t)(begin - first_channel) * TILE_PIXELS,
          .first_block = c == 0,
          .last_block = channels == left,
          .table = table,
          .bias = image->bias + channel,
          .residual = image->residual ? image->residual + output : NULL,
          .y = image->y + output,
          .channel_stride = problem->y.channel,
          .activation = &problem->activation,
      };
      tiles[width - 1][table->vectors - 1](&t);
      if (t.last_block)
        for (int32_t m = 0; m < width; m++)
          for (int32_t v = 0; v < table->vectors; v++)
            activate(t.activation, t.y + m * t.channel_stride + table->output[v], table->pixels[v]);
    }
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  float *samples = workspace;
  float *partial = (float *)((char *)samples + samples_bytes(problem));
  lane_table table = lane_table_in(problem, (char *)partial + partial_bytes(problem));
  const int32_t panels = group_panels(problem->output_channels);

  for (lane_walk walk = lane_walk_over(problem, task); walk.next < walk.end;) {
    lane_table_fill(&table, problem, task, &walk);
    for (int32_t panel = task->first_panel; panel < task->end_panel;) {
      const int32_t group = panel / panels, group_end = (group + 1) * panels;
      const int32_t end = task->end_panel < group_end ? task->end_panel : group_end;
      run_group(problem, image, &table, group, panel - group * panels, end - group * panels, samples, partial);
      panel = end;
    }
  }
}

const conv_kernel SIMD_NAME(conv_dense_channels_first) = {
    .family = "dense_channels_first", .isa = SIMD_ISA, .tile_pixels = TILE_PIXELS, .tile_channels = TILE_BROADCASTS,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
