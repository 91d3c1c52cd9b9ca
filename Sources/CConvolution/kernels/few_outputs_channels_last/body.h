// Few output channels and many input channels a group, in channels-last memory: a last layer's three colours, a mask. A
// vector runs over input channels, a tile is as many pixels x up to PANEL_CHANNELS outputs as the registers hold sums
// for, and the lanes of each sum are added up at the end. Packed weights: [output channel][tap][input channel].
#define PANEL_CHANNELS 4
#include "../activation.h"
#include "../even_panels.h"
#include "../pixel_table.h"
#include "../plain_weights.h"
#include "../store.h"

enum {
  SUMS = TILE_BROADCASTS * TILE_VECTORS,
  ROUNDED_SUMS = (SUMS + LANES - 1) / LANES * LANES,
};

typedef struct {
  const pixel_table *table;
  int32_t first_pixel;      ///< of the table's
  ptrdiff_t input_offset;   ///< of the group's first channel in a pixel
  const float *weights;     ///< of the panel's first output channel
  ptrdiff_t filter;         ///< floats from one output channel's weights to the next
  const float *bias, *residual;
  float *y;
  const conv_activation *activation;
} tile;

/// Adds the products of a vector of input channels, of the lanes of `mask` or of all.
INLINE void add_channels(const int pixels, const int channels, const bool all, vmask mask,
                         const float *const samples[TILE_BROADCASTS], const float *weights, ptrdiff_t filter, int32_t c,
                         vec sum[ROUNDED_SUMS]) {
  vec w[PANEL_CHANNELS];
  UNROLL for (int m = 0; m < channels; m++) w[m] =
      all ? v_load(weights + m * filter + c) : v_load_masked(weights + m * filter + c, mask, v_zero());
  UNROLL for (int p = 0; p < pixels; p++) {
    const vec x = all ? v_load(samples[p] + c) : v_load_masked(samples[p] + c, mask, v_zero());
    UNROLL for (int m = 0; m < channels; m++) sum[p * channels + m] = v_fma(x, w[m], sum[p * channels + m]);
  }
}

INLINE void microkernel(const int pixels, const int channels, const tile *t) {
  vec sum[ROUNDED_SUMS];
  UNROLL for (int i = 0; i < ROUNDED_SUMS; i++) sum[i] = v_zero();

  for (int32_t r = 0; r < t->table->count; r++) {
    const tap_run *run = &t->table->runs[r];
    const float **pointers = t->table->pointers + run->pointer_row * TILE_BROADCASTS + t->first_pixel;
    const float *samples[TILE_BROADCASTS];
    UNROLL for (int p = 0; p < pixels; p++) samples[p] = pointers[p] + run->offset + t->input_offset;
    const float *weights = t->weights + run->weight_row;
    int32_t c = 0;
    for (; c + LANES <= run->length; c += LANES)
      add_channels(pixels, channels, true, v_first(LANES), samples, weights, t->filter, c, sum);
    if (c < run->length)
      add_channels(pixels, channels, false, v_first(run->length - c), samples, weights, t->filter, c, sum);
  }

  float total[ROUNDED_SUMS];
  UNROLL for (int i = 0; i < pixels * channels; i += LANES) v_store(total + i, v_sum_lanes(sum + i));
  const output_bounds bounds = bounds_of(t->activation);
  const vmask mask = v_first(channels < LANES ? channels : LANES);
  const vec bias = v_load_masked(t->bias, mask, v_zero());
  UNROLL for (int p = 0; p < pixels; p++) {
    const ptrdiff_t at = t->table->output[t->first_pixel + p];
    store_output(bounds, v_load_masked(total + p * channels, mask, v_zero()), bias,
                 t->residual ? t->residual + at : NULL, t->y + at, false, mask);
    activate(t->activation, t->y + at, channels);
  }
}

/// Pixels whose sums fit the registers together.
INLINE int most_pixels(const int channels) {
  return SUMS / channels < TILE_BROADCASTS ? SUMS / channels : TILE_BROADCASTS;
}

// One function a number of outputs; it splits a table's pixels into tiles of full size and single pixels.
INLINE void compute_pixels(const int channels, tile *t, int32_t pixels) {
  const int step = most_pixels(channels), half = (step + 1) / 2;
  while (pixels > 0) {
    int done = 1;
    if (pixels >= step) {
      microkernel(step, channels, t);
      done = step;
    } else if (pixels >= half) {
      microkernel(half, channels, t);
      done = half;
    } else {
      microkernel(1, channels, t);
    }
    t->first_pixel += done;
    pixels -= done;
  }
}

static void tile_1(tile *t, int32_t pixels) { compute_pixels(1, t, pixels); }
static void tile_2(tile *t, int32_t pixels) { compute_pixels(2, t, pixels); }
static void tile_3(tile *t, int32_t pixels) { compute_pixels(3, t, pixels); }
static void tile_4(tile *t, int32_t pixels) { compute_pixels(4, t, pixels); }
static void (*const tiles[PANEL_CHANNELS])(tile *, int32_t) = {tile_1, tile_2, tile_3, tile_4};

static size_t workspace_bytes(const conv_problem *problem) { return pixel_table_bytes(problem); }

static void run_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const pixel_table *table, int32_t pixels) {
  const int32_t panels = group_panels(problem->output_channels);
  const ptrdiff_t filter = (ptrdiff_t)tap_count(problem) * problem->input_channels;
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++) {
    const int32_t group = panel / panels;
    const int32_t begin = panel_begin(problem->output_channels, panel % panels);
    const int32_t end = panel_begin(problem->output_channels, panel % panels + 1);
    const ptrdiff_t channel = (ptrdiff_t)group * problem->output_channels + begin;
    tile t = {
        .table = table,
        .input_offset = (ptrdiff_t)group * problem->input_channels,
        .weights = image->packed + channel * filter,
        .filter = filter,
        .bias = image->bias + channel,
        .residual = image->residual ? image->residual + channel : NULL,
        .y = image->y + channel,
        .activation = &problem->activation,
    };
    tiles[end - begin - 1](&t, pixels);
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  // Taps are joined only where each fills whole vectors: else a pixel's sums would fall into other lanes in the middle of
  // the picture than near its border.
  const bool whole = problem->groups == 1 && problem->input_channels % LANES == 0;
  run_pixel_tiles(problem, image, task, workspace, whole, TILE_BROADCASTS, run_tile);
}

const conv_kernel SIMD_NAME(conv_few_outputs_channels_last) = {
    .family = "few_outputs_channels_last", .isa = SIMD_ISA, .tile_pixels = TILE_BROADCASTS,
    .tile_channels = PANEL_CHANNELS, .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
