// Few output channels a group, in channels-first memory: depthwise layers, small groups, a last layer's three colours. A
// vector runs over consecutive output pixels and samples are read where they lie; where a tile's taps lie is worked out
// once and holds for every channel. Packed weights: [panel][input channel][tap][output channel].
//
// A tile spans several rows, so that every visit of a channel's plane reads a piece of it that is worth the way.
#define LANE_VECTORS 16
#define PANEL_CHANNELS 8
#include "../activation.h"
#include "../broadcast_weights.h"
#include "../lane_table.h"
#include "../store.h"

enum { TILE_PIXELS = LANE_VECTORS * LANES };

typedef struct {
  const lane_table *table;
  int32_t taps, input_channels;
  const float *x;  ///< the group's first plane
  ptrdiff_t input_plane;
  const float *weights, *bias;
  const float *residual;  ///< of the panel's first channel, as y
  float *y;
  ptrdiff_t output_plane;
  const conv_activation *activation;
} tile;

/// Sums `vectors` vectors of the tile from the `first`-th on. `pattern` is what they can all be read as for every tap, or
/// LANES_SCATTERED: each tap as its own.
INLINE void microkernel(const int channels, const int vectors, const lane_pattern pattern, const tile *t, int32_t first) {
  vec sum[PANEL_CHANNELS][LANE_VECTORS];
  UNROLL for (int m = 0; m < channels; m++) UNROLL for (int v = 0; v < vectors; v++) sum[m][v] = v_zero();
  const float *plane = t->x, *weights = t->weights;
  for (int32_t c = 0; c < t->input_channels; c++, plane += t->input_plane)
    for (int32_t tap = 0; tap < t->taps; tap++, weights += channels) {
      vec w[PANEL_CHANNELS];
      UNROLL for (int m = 0; m < channels; m++) w[m] = v_set(weights[m]);
      UNROLL for (int v = 0; v < vectors; v++) {
        const vec samples = pattern == LANES_SCATTERED ? lane_load(t->table, tap, first + v, plane)
                                                       : lane_load_as(pattern, t->table, tap, first + v, plane);
        UNROLL for (int m = 0; m < channels; m++) sum[m][v] = v_fma(w[m], samples, sum[m][v]);
      }
    }
  const output_bounds bounds = bounds_of(t->activation);
  UNROLL for (int v = 0; v < vectors; v++) {
    const int32_t pixels = t->table->pixels[first + v];
    UNROLL for (int m = 0; m < channels; m++) {
      const ptrdiff_t at = m * t->output_plane + t->table->output[first + v];
      store_output(bounds, sum[m][v], v_set(t->bias[m]), t->residual ? t->residual + at : NULL, t->y + at,
                   pixels == LANES, v_first(pixels));
      activate(t->activation, t->y + at, pixels);
    }
  }
}

INLINE void compute_vectors(const int channels, const int vectors, const tile *t, int32_t first) {
  lane_pattern common = t->table->common[first];
  for (int v = 1; v < vectors; v++) common = common_pattern(common, t->table->common[first + v]);
  switch (common) {
    case LANES_COMPLETE: microkernel(channels, vectors, LANES_COMPLETE, t, first); break;
    case LANES_ZEROS: microkernel(channels, vectors, LANES_ZEROS, t, first); break;
    case LANES_ALTERNATE: microkernel(channels, vectors, LANES_ALTERNATE, t, first); break;
    case LANES_SCATTERED:
      for (int v = 0; v < vectors; v++) microkernel(channels, 1, LANES_SCATTERED, t, first + v);
  }
}

/// As many vectors at a time as the registers hold sums for.
INLINE void compute_tile(const int channels, const tile *t) {
  const int sums = TILE_BROADCASTS * TILE_VECTORS;
  const int step = sums >= 8 * channels + 4 ? 8 : sums >= 4 * channels ? 4 : sums >= 2 * channels + 4 ? 2 : 1;
  int32_t v = 0;
  for (; v + step <= t->table->vectors; v += step) compute_vectors(channels, step, t, v);
  for (; v < t->table->vectors; v++) compute_vectors(channels, 1, t, v);
}

#define TILE(m) \
  static void tile_##m(const tile *t) { compute_tile(m, t); }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
static void (*const tiles[PANEL_CHANNELS])(const tile *) = {tile_1, tile_2, tile_3, tile_4, tile_5, tile_6, tile_7, tile_8};

static size_t workspace_bytes(const conv_problem *problem) { return lane_table_bytes(problem); }

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  lane_table table = lane_table_in(problem, workspace);
  const int32_t taps = tap_count(problem), panels = group_panels(problem->output_channels);
  const ptrdiff_t filter = (ptrdiff_t)problem->input_channels * taps;

  for (lane_walk walk = lane_walk_over(problem, task); walk.next < walk.end;) {
    lane_table_fill(&table, problem, task, &walk);
    for (int32_t panel = task->first_panel; panel < task->end_panel; panel++) {
      const int32_t group = panel / panels;
      const int32_t begin = panel_begin(problem->output_channels, panel % panels);
      const int32_t end = panel_begin(problem->output_channels, panel % panels + 1);
      const ptrdiff_t channel = (ptrdiff_t)group * problem->output_channels + begin;
      const ptrdiff_t output = channel * problem->y.channel;
      const tile t = {
          .table = &table,
          .taps = taps,
          .input_channels = problem->input_channels,
          .x = image->x + (ptrdiff_t)group * problem->input_channels * problem->x.channel,
          .input_plane = problem->x.channel,
          .weights = image->packed + channel * filter,
          .bias = image->bias + channel,
          .residual = image->residual ? image->residual + output : NULL,
          .y = image->y + output,
          .output_plane = problem->y.channel,
          .activation = &problem->activation,
      };
      tiles[end - begin - 1](&t);
    }
  }
}

const conv_kernel SIMD_NAME(conv_few_outputs_channels_first) = {
    .family = "few_outputs_channels_first", .isa = SIMD_ISA, .tile_pixels = TILE_PIXELS, .tile_channels = PANEL_CHANNELS,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
