// Depthwise convolution in channels-first memory. A vector runs over consecutive output pixels; where a tile's taps lie
// is worked out once and holds for every channel. Packed weights: [output channel][tap]; a panel is one output channel.
// A tile spans several rows, so that every visit of a channel's plane reads a piece of it that is worth the way.
#define LANE_VECTORS 16
#include "../activation.h"
#include "../lane_table.h"
#include "../store.h"

enum {
  TILE_PIXELS = LANE_VECTORS * LANES,
  STEP = 4,  ///< vectors summed at a time
};

typedef struct {
  const lane_table *table;
  int32_t taps;
  const float *x, *weights;
  const float *residual;  ///< of this output channel, as y
  float *y;
  float bias;
  const conv_activation *activation;
} tile;

INLINE void microkernel(const int vectors, const tile *t, int32_t first) {
  vec sum[STEP];
  UNROLL for (int v = 0; v < vectors; v++) sum[v] = v_zero();
  for (int32_t tap = 0; tap < t->taps; tap++) {
    const vec weight = v_set(t->weights[tap]);
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = v_fma(weight, lane_load(t->table, tap, first + v, t->x), sum[v]);
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    const int32_t pixels = t->table->pixels[first + v];
    const ptrdiff_t at = t->table->output[first + v];
    store_output(t->activation, sum[v], v_set(t->bias), t->residual ? t->residual + at : NULL, t->y + at,
                 pixels == LANES, v_first(pixels));
    activate(t->activation, t->y + at, pixels);
  }
}

static void compute_tile(const tile *t) {
  int32_t v = 0;
  for (; v + STEP <= t->table->vectors; v += STEP) microkernel(STEP, t, v);
  for (; v < t->table->vectors; v++) microkernel(1, t, v);
}

static int32_t panel_count(const conv_weights *w) { return w->groups * w->output_channels; }

static size_t packed_floats(const conv_weights *w) {
  return (size_t)panel_count(w) * w->kernel[0] * w->kernel[1] * w->kernel[2];
}

static void pack(const conv_weights *w, float *packed) {
  for (int32_t o = 0; o < panel_count(w); o++)
    for (int32_t kd = 0; kd < w->kernel[0]; kd++)
      for (int32_t kh = 0; kh < w->kernel[1]; kh++)
        for (int32_t kw = 0; kw < w->kernel[2]; kw++)
          *packed++ = w->data[o * w->output_stride + kd * w->kernel_stride[0] + kh * w->kernel_stride[1] +
                              kw * w->kernel_stride[2]];
}

static size_t workspace_bytes(const conv_problem *problem) { return lane_table_bytes(problem); }

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  lane_table table = lane_table_in(problem, workspace);
  const int32_t taps = tap_count(problem);

  for (lane_walk walk = lane_walk_over(problem, task); walk.next < walk.end;) {
    lane_table_fill(&table, problem, task, &walk);
    for (int32_t o = task->first_panel; o < task->end_panel; o++) {
      const ptrdiff_t output = o * problem->y.channel;
      const tile t = {
          .table = &table,
          .taps = taps,
          .x = image->x + o / problem->output_channels * problem->x.channel,
          .weights = image->packed + (ptrdiff_t)o * taps,
          .residual = image->residual ? image->residual + output : NULL,
          .y = image->y + output,
          .bias = image->bias[o],
          .activation = &problem->activation,
      };
      compute_tile(&t);
    }
  }
}

const conv_kernel SIMD_NAME(conv_depthwise_channels_first) = {
    .family = "depthwise_channels_first", .isa = SIMD_ISA, .tile_pixels = TILE_PIXELS, .tile_channels = 1,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
