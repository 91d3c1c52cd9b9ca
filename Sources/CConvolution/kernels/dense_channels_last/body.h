// Direct convolution in channels-last memory. A vector runs over output channels, a tile is up to TILE_BROADCASTS pixels
// x TILE_VECTORS vectors, and every sample is broadcast to a row of packed weights: [panel][tap][input channel][channel].
#include "../activation.h"
#include "../pack_rows.h"
#include "../pixel_table.h"
#include "../store.h"

enum {
  PANEL = TILE_VECTORS * LANES,
  TILE_SUMS = TILE_BROADCASTS * PANEL,
  /// Tiles that share their way through the weights, and the rows of weights that they go through together.
  MOST_SHARING = 8,
  SHARED_ROWS = 128,
  /// Beyond so many taps, the tables of several tiles would take too much memory.
  MOST_SHARED_TAPS = 64,
};

/// Rows of packed weights that a tile goes through in one visit.
typedef struct {
  int32_t begin, end;
  bool first, last;  ///< of the tile's visits
  float *partial;    ///< its sums in between
} weight_visit;

typedef struct {
  const pixel_table *table;
  weight_visit visit;
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
  if (!t->visit.first)
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++) sum[p][v] =
        v_load(t->visit.partial + (p * TILE_VECTORS + v) * LANES);

  for (int32_t r = 0; r < t->table->count; r++) {
    const tap_run *run = &t->table->runs[r];
    const int32_t run_end = run->weight_row + run->length;
    const int32_t begin = run->weight_row > t->visit.begin ? run->weight_row : t->visit.begin;
    const int32_t length = (run_end < t->visit.end ? run_end : t->visit.end) - begin;
    if (length <= 0) continue;
    const float **pointers = t->table->pointers + run->pointer_row * TILE_BROADCASTS;
    const ptrdiff_t offset = run->offset + t->input_offset + (begin - run->weight_row);
    const float *samples[TILE_BROADCASTS];
    UNROLL for (int p = 0; p < pixels; p++) samples[p] = pointers[p] + offset;
    const float *weights = t->weights + (ptrdiff_t)begin * (vectors * LANES);
    for (int32_t c = 0; c < length; c++, weights += vectors * LANES) {
      vec w[TILE_VECTORS];
      UNROLL for (int v = 0; v < vectors; v++) w[v] = v_load(weights + v * LANES);
      UNROLL for (int p = 0; p < pixels; p++) {
        const vec sample = v_set(samples[p][c]);
        UNROLL for (int v = 0; v < vectors; v++) sum[p][v] = v_fma(sample, w[v], sum[p][v]);
      }
    }
  }

  if (!t->visit.last) {
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++)
        v_store(t->visit.partial + (p * TILE_VECTORS + v) * LANES, sum[p][v]);
    return;
  }
  vmask mask[TILE_VECTORS];
  UNROLL for (int v = 0; v < vectors; v++) {
    const int32_t rest = t->channels - v * LANES;
    mask[v] = v_first(rest < LANES ? rest : LANES);
    const vec bias = v_load_masked(t->bias + v * LANES, mask[v], v_zero());
    UNROLL for (int p = 0; p < pixels; p++) sum[p][v] = v_add(sum[p][v], bias);
  }
  const ptrdiff_t *output = t->table->output;
  if (t->residual)
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++) sum[p][v] =
        v_add(sum[p][v], v_load_masked(t->residual + output[p] + v * LANES, mask[v], v_zero()));
  if (is_bounded(t->activation)) {
    const output_bounds bounds = bounds_of(t->activation);
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++) sum[p][v] =
        bounded(bounds, sum[p][v]);
  }
  if (t->channels == vectors * LANES)
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++)
        v_store(t->y + output[p] + v * LANES, sum[p][v]);
  else
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++)
        v_store_masked(t->y + output[p] + v * LANES, mask[v], sum[p][v]);
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

/// Computes one panel on the tile that the table describes, as far as a visit goes.
INLINE void run_panel(const conv_problem *problem, const conv_operands *image, int32_t panel, const pixel_table *table,
                      int32_t pixels, weight_visit visit) {
  const int32_t output_channels = problem->output_channels, panels = group_panels(output_channels);
  const size_t rows = (size_t)tap_count(problem) * problem->input_channels;
  const int32_t group = panel / panels, first_channel = panel % panels * PANEL, rest = output_channels - first_channel;
  const ptrdiff_t channel = (ptrdiff_t)group * output_channels + first_channel;
  const tile t = {
      .table = table,
      .visit = visit,
      .input_offset = (ptrdiff_t)group * problem->input_channels,
      .weights = image->packed + group * group_floats(output_channels, rows) + rows * first_channel,
      .channels = rest < PANEL ? rest : PANEL,
      .bias = image->bias + channel,
      .residual = image->residual ? image->residual + channel : NULL,
      .y = image->y + channel,
      .activation = &problem->activation,
  };
  tiles[pixels - 1][rest > LANES](&t);
  if (visit.last)
    for (int32_t p = 0; p < pixels; p++) activate(t.activation, t.y + table->output[p], t.channels);
}

static void run_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const pixel_table *table, int32_t pixels) {
  const weight_visit all = {.begin = 0, .end = INT32_MAX, .first = true, .last = true};
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++)
    run_panel(problem, image, panel, table, pixels, all);
}

/// Whether a layer has so many weights that small tiles, each alone, would wait for them.
INLINE bool has_many_weights(const conv_problem *problem) {
  const int32_t taps = tap_count(problem);
  return taps <= MOST_SHARED_TAPS && (int64_t)taps * problem->input_channels >= 4 * SHARED_ROWS;
}

static size_t workspace_bytes(const conv_problem *problem) {
  if (!has_many_weights(problem)) return pixel_table_bytes(problem);
  return MOST_SHARING * (rounded(pixel_table_bytes(problem)) + TILE_SUMS * sizeof(float));
}

/// Runs a small task a block of weights at a time, which stays in the first-level cache for all of its tiles. Says whether
/// it has done so.
static bool run_sharing(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                        void *workspace, const bool join) {
  tile_walk walk = walk_of(problem, task);
  int32_t count = 0;
  for (int32_t piece = 0; piece < walk.piece_count; piece++) count += piece_tiles(&walk.pieces[piece]);
  if (count > MOST_SHARING) return false;

  float *partial = workspace;
  char *memory = (char *)workspace + MOST_SHARING * TILE_SUMS * sizeof(float);
  pixel_table tables[MOST_SHARING];
  int32_t pixels[MOST_SHARING];
  for (int32_t i = 0; i < count; i++) {
    tables[i] = pixel_table_in(problem, memory + i * rounded(pixel_table_bytes(problem)), join);
    pixels[i] = next_tile(&walk, &tables[i], problem, image->x);
  }
  const int32_t rows = tap_count(problem) * problem->input_channels;
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++)
    for (int32_t row = 0; row < rows; row += SHARED_ROWS)
      for (int32_t i = 0; i < count; i++)
        run_panel(problem, image, panel, &tables[i], pixels[i],
                  (weight_visit){.begin = row, .end = row + SHARED_ROWS, .first = row == 0,
                                 .last = row + SHARED_ROWS >= rows, .partial = partial + i * TILE_SUMS});
  return true;
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  // Channels side by side in the whole picture are side by side in a row of taps only where there is one group.
  const bool join = problem->groups == 1;
  const bool few_pixels = task_pixels(task) <= MOST_SHARING / 2 * TILE_BROADCASTS;
  if (few_pixels && has_many_weights(problem) && run_sharing(problem, image, task, workspace, join)) return;
  run_pixel_tiles(problem, image, task, workspace, join, run_tile);
}

const conv_kernel SIMD_NAME(conv_dense_channels_last) = {
    .family = "dense_channels_last", .isa = SIMD_ISA, .tile_pixels = TILE_BROADCASTS, .tile_channels = PANEL,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
