// Direct convolution in channels-last memory. A vector runs over output channels, a tile is up to TILE_BROADCASTS pixels
// x TILE_VECTORS vectors, and every sample is broadcast to a row of packed weights: [panel][tap][input channel][channel].
// Two panels of a group are computed together, on fewer pixels at a time, where the registers allow that.
#include "../activation.h"
#include "../pack_rows.h"
#include "../pixel_table.h"
#include "../store.h"
#include "../tile_sizes.h"

enum {
  PANEL = TILE_VECTORS * LANES,
  TILE_SUMS = TILE_BROADCASTS * PANEL,
  /// Rows of weights below which pairs of panels are not worth the more calls.
  LEAST_PAIR_ROWS = 64,
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
  int32_t first_pixel;     ///< of the table's
  weight_visit visit;
  ptrdiff_t input_offset;  ///< of the group's first channel in a pixel
  const float *weights;    ///< of the panel
  ptrdiff_t next_panel;    ///< floats from its weights to the next one's
  int32_t channels;        ///< of the panel, or of both
  const float *bias, *residual;
  float *y;
  const conv_activation *activation;
} tile;

enum { MOST_VECTORS = 2 * TILE_VECTORS };

INLINE void microkernel(const int pixels, const int vectors, const tile *t) {
  vec sum[TILE_BROADCASTS][MOST_VECTORS];
  float *partial = t->visit.partial + t->first_pixel * vectors * LANES;
  UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++) sum[p][v] = v_zero();
  if (!t->visit.first)
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++) sum[p][v] =
        v_load(partial + (p * vectors + v) * LANES);

  const int row = (vectors < TILE_VECTORS ? vectors : TILE_VECTORS) * LANES;
  for (int32_t r = 0; r < t->table->count; r++) {
    const tap_run *run = &t->table->runs[r];
    const int32_t run_end = run->weight_row + run->length;
    const int32_t begin = run->weight_row > t->visit.begin ? run->weight_row : t->visit.begin;
    const int32_t length = (run_end < t->visit.end ? run_end : t->visit.end) - begin;
    if (length <= 0) continue;
    const float **pointers = t->table->pointers + run->pointer_row * TILE_BROADCASTS + t->first_pixel;
    const ptrdiff_t offset = run->offset + t->input_offset + (begin - run->weight_row);
    const float *samples[TILE_BROADCASTS];
    UNROLL for (int p = 0; p < pixels; p++) samples[p] = pointers[p] + offset;
    const float *weights = t->weights + (ptrdiff_t)begin * row, *next_weights = weights + t->next_panel;
    for (int32_t c = 0; c < length; c++, weights += row, next_weights += row) {
      vec w[MOST_VECTORS];
      UNROLL for (int v = 0; v < vectors; v++) w[v] =
          v_load(v < TILE_VECTORS ? weights + v * LANES : next_weights + (v - TILE_VECTORS) * LANES);
      UNROLL for (int p = 0; p < pixels; p++) {
        const vec sample = v_set(samples[p][c]);
        UNROLL for (int v = 0; v < vectors; v++) sum[p][v] = v_fma(sample, w[v], sum[p][v]);
      }
    }
  }

  if (!t->visit.last) {
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++)
        v_store(partial + (p * vectors + v) * LANES, sum[p][v]);
    return;
  }
  vmask mask[MOST_VECTORS];
  UNROLL for (int v = 0; v < vectors; v++) {
    const int32_t rest = t->channels - v * LANES;
    mask[v] = v_first(rest < LANES ? rest : LANES);
    const vec bias = v_load_masked(t->bias + v * LANES, mask[v], v_zero());
    UNROLL for (int p = 0; p < pixels; p++) sum[p][v] = v_add(sum[p][v], bias);
  }
  const ptrdiff_t *output = t->table->output + t->first_pixel;
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
TILE_SIZES(TILE)
static void (*const tiles[TILE_BROADCASTS][TILE_VECTORS])(const tile *) = {TILE_SIZES(ROW)};

// Pairs of panels; NULL ends the table, which may have no row.
#define PAIR(p) \
  static void pair_##p(const tile *t) { microkernel(p, MOST_VECTORS, t); }
#define PAIR_ROW(p) pair_##p,
PAIR_SIZES(PAIR)
static void (*const pairs[PAIR_BROADCASTS + 1])(const tile *) = {PAIR_SIZES(PAIR_ROW) NULL};

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

/// Computes a panel on the tile that the table describes, as far as a visit goes; with `pair`, the next panel too.
INLINE void run_panel(const conv_problem *problem, const conv_operands *image, int32_t panel, const bool pair,
                      const pixel_table *table, int32_t pixels, weight_visit visit) {
  const int32_t output_channels = problem->output_channels, panels = group_panels(output_channels);
  const size_t rows = (size_t)tap_count(problem) * problem->input_channels;
  const int32_t group = panel / panels, first_channel = panel % panels * PANEL, rest = output_channels - first_channel;
  const ptrdiff_t channel = (ptrdiff_t)group * output_channels + first_channel;
  tile t = {
      .table = table,
      .visit = visit,
      .input_offset = (ptrdiff_t)group * problem->input_channels,
      .weights = image->packed + group * group_floats(output_channels, rows) + rows * first_channel,
      .next_panel = (ptrdiff_t)rows * PANEL,
      .channels = least_of(rest, pair ? 2 * PANEL : PANEL),
      .bias = image->bias + channel,
      .residual = image->residual ? image->residual + channel : NULL,
      .y = image->y + channel,
      .activation = &problem->activation,
  };
  if (pair) {
    const int32_t most = PAIR_BROADCASTS > 0 ? PAIR_BROADCASTS : 1, parts = (pixels + most - 1) / most;
    for (int32_t part = 0; part < parts; part++) {
      t.first_pixel = part_begin(pixels, parts, part);
      pairs[part_begin(pixels, parts, part + 1) - t.first_pixel - 1](&t);
    }
  } else {
    tiles[pixels - 1][rest > LANES](&t);
  }
  if (visit.last)
    for (int32_t p = 0; p < pixels; p++) activate(t.activation, t.y + table->output[p], t.channels);
}

/// Whether a task has panels to pair.
INLINE bool has_pairs(const conv_problem *problem, const conv_task *task) {
  return PAIR_BROADCASTS > 0 && task->end_panel - task->first_panel > 1 &&
         problem->output_channels > PANEL + LANES &&
         (int64_t)tap_count(problem) * problem->input_channels >= LEAST_PAIR_ROWS;
}

static void run_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const pixel_table *table, int32_t pixels) {
  const weight_visit all = {.begin = 0, .end = INT32_MAX, .first = true, .last = true};
  const bool pairs = has_pairs(problem, task);
  const int32_t panels = group_panels(problem->output_channels);
  for (int32_t panel = task->first_panel, done; panel < task->end_panel; panel += done) {
    // Both are of one group, and the second one has two vectors as well.
    const int32_t rest = problem->output_channels - panel % panels * PANEL;
    const bool pair = pairs && panel + 1 < task->end_panel && rest > PANEL + LANES;
    run_panel(problem, image, panel, pair, table, pixels, all);
    done = pair ? 2 : 1;
  }
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
  tile_walk walk = walk_of(problem, task, TILE_BROADCASTS);
  int32_t count = 0;
  for (int32_t piece = 0; piece < walk.piece_count; piece++) count += piece_tiles(&walk, piece);
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
        run_panel(problem, image, panel, false, &tables[i], pixels[i],
                  (weight_visit){.begin = row, .end = row + SHARED_ROWS, .first = row == 0,
                                 .last = row + SHARED_ROWS >= rows, .partial = partial + i * TILE_SUMS});
  return true;
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  // Channels side by side in the whole picture are side by side in a row of taps only where there is one group.
  const bool join = problem->groups == 1;
  const bool few_pixels = task_pixels(task) <= MOST_SHARING / 2 * TILE_BROADCASTS;
  if (few_pixels && has_many_weights(problem) && run_sharing(problem, image, task, workspace, join)) return;
  const int32_t most_pixels = has_pairs(problem, task) ? 2 * PAIR_BROADCASTS : TILE_BROADCASTS;
  run_pixel_tiles(problem, image, task, workspace, join, most_pixels, run_tile);
}

const conv_kernel SIMD_NAME(conv_dense_channels_last) = {
    .family = "dense_channels_last", .isa = SIMD_ISA, .tile_pixels = TILE_BROADCASTS, .tile_channels = PANEL,
    .panel_count = panel_count, .packed_floats = packed_floats, .pack = pack,
    .workspace_bytes = workspace_bytes, .run = run,
};
