// The way through a task: a block of channels after the other, of each down the columns of one tile or of some side by
// side, so that what the rows of taps share is still in the first-level cache.
#pragma once

#include "sample_rows.h"
#include "tiles.h"

/// How a layer is cut and computed.
typedef struct {
  reach how;
  row_steps steps;
  int32_t shape;          ///< of its rows of taps: a row of a table of tiles.h
  bool pairs;             ///< whether vectors are computed two by two
  int32_t pixels;         ///< of a tile at most
  int32_t block_vectors;  ///< that a tile's rows are gone down with, at most
} row_manner;

/// Whether the lines of a tile crowd in so few sets that they fill half of them and will not stay: then those vectors
/// that share a line are computed together, and all channels of a tile one after the other.
INLINE bool has_crowded_lines(const conv_problem *problem, int64_t tile_samples) {
  const int32_t pixel = (int32_t)(problem->x.axis[2] % CACHE_WAY) * (int32_t)sizeof(float);
  const int32_t apart = common_divisor(CACHE_WAY, pixel);
  return apart > CACHE_LINE && 2 * tile_samples * apart > problem->caches.level[0];
}

INLINE row_manner manner_of(const conv_problem *problem) {
  const conv_axis *axis = problem->axis;
  const int32_t kernel = axis[2].kernel;
  row_manner manner = {reach_of(problem), steps_of(&axis[2]), ANY_SHAPE, false, PIXELS, vector_count(problem)};
  const int32_t most_taps = is_permuted(manner.how) ? 3 : MOST_TAPS;
  if (manner.steps.shift <= 2 && kernel % 2 == 1 && kernel >= 3 && kernel <= most_taps)
    manner.shape = FIRST_SHAPE + kernel - 3 + manner.steps.shift - 1;
  if (manner.shape != ANY_SHAPE && kernel > 3) manner.pixels = LONG_ROW_PIXELS;
  const int64_t columns = column_count(&axis[2], manner.steps.shift, manner.pixels);
  const int64_t samples = columns * axis[0].kernel * axis[1].kernel;
  const bool has_pairs = manner.how == OWN && kernel == 3 && manner.shape != ANY_SHAPE;
  if (has_pairs && 2 * LANES * sizeof(float) <= CACHE_LINE && has_crowded_lines(problem, samples)) {
    manner.pairs = true;
    manner.pixels = PAIR_PIXELS;
    return manner;
  }
  // What a vector adds to the weights and samples of a tile; three quarters of the first-level cache are for them. Runs
  // of samples are some lines long all the same, and the last vector is with the one before, see panel_vector.
  const int32_t least = manner.how == SHARED ? 2 : 4 * CACHE_LINE / ((int32_t)sizeof(float) * LANES);
  const int64_t floats = samples * (manner.how == SHARED ? problem->input_channels : LANES);
  const int64_t bytes = (floats + (int64_t)vector_weights(problem, manner.how)) * (int64_t)sizeof(float);
  manner.block_vectors = clamped(problem->caches.level[0] * 3 / 4 / bytes, least, 1 << 20);
  return manner;
}

/// Vectors whose samples are not masked: with a residual, which may be the output itself, no output is computed twice.
INLINE int32_t whole_vectors(const conv_problem *problem, const row_manner *manner, bool residual) {
  const int32_t channels = channel_count(problem);
  if (is_narrow(problem, manner->how)) return 1;
  if (channels < LANES || (is_permuted(manner->how) && input_count(problem) < LANES)) return 0;
  return residual ? channels / LANES : vector_count(problem);
}

/// Computes the vectors of a tile from its first one to `end` and makes that its first one.
INLINE void run_vectors(row_tile *t, row_function run_tile, int32_t end) {
  if (end <= t->first_vector) return;
  t->end_vector = end;
  run_tile(t);
  t->first_vector = end;
}

/// Applies what is more than a clamp to channels of tiles.
static __attribute__((noinline)) void activate_tiles(const row_tile *t, int32_t pixels, int32_t first, int32_t end) {
  ptrdiff_t offsets[MOST_BESIDE * PIXELS];
  for (int32_t p = 0; p < pixels; p++) offsets[p] = t->first + p * t->step;
  activate_rows(&t->problem->activation, (output_channels){first, true}, t->image->y + first, offsets, pixels,
                end - first);
}

/// Computes the vectors of a tile, or of several that are inside, up to `end`.
static void run_row_tiles(row_tile t, const row_manner *manner, bool inside, int32_t pixels, int32_t end) {
  const conv_problem *problem = t.problem;
  const int32_t channels = channel_count(problem), first = t.first_vector * LANES;
  const int32_t whole = least_of(end, whole_vectors(problem, manner, t.image->residual));
  if (REACH == OWN && manner->pairs) {
    const int32_t count = least_of(end, channels / LANES) - t.first_vector;
    run_vectors(&t, pairs[manner->shape - FIRST_SHAPE][pixels - 1], t.first_vector + count / 2 * 2);
  }
  const bool any = pixels < LEAST_PIXELS || manner->shape == ANY_SHAPE;
  const row_function run_tile = inside && !any && manner->how == REACH
                                    ? inside_tiles[manner->shape - FIRST_SHAPE][pixels - 1]
                                    : tiles[manner->how][any ? ANY_SHAPE : manner->shape][pixels - 1];
  run_vectors(&t, run_tile, whole);
  run_vectors(&t, tiles[manner->how][PARTIAL_VECTORS][pixels - 1], end);
  if (is_more_than_clip(&problem->activation))
    activate_tiles(&t, t.tiles * pixels, first, least_of(end * LANES, channels));
}

/// How many of `count` tables on from the first are computed together in a row of outputs: tiles that are inside.
INLINE int32_t tiles_together(const sample_table *tables, int32_t count, const row_manner *manner) {
  const int32_t pixels = tables->pixels;
  int32_t together = 1;
  if (manner->shape == ANY_SHAPE || manner->how != REACH || manner->pairs || pixels < LEAST_PIXELS) return 1;
  while (together < count && tables[together].is_inside && tables[together].pixels == pixels) together++;
  return together;
}

/// Whether samples are met again sooner where the next output is the one in the next plane, not the one below: taps of
/// depth share all but one plane's.
INLINE bool goes_deep_first(const conv_problem *problem, const conv_task *task) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1];
  const int64_t planes = (task->end[0] - task->first[0]) * (int64_t)depth->stride;
  const int64_t rows = (task->end[1] - task->first[1]) * (int64_t)height->stride;
  return depth->kernel > depth->stride && planes * height->kernel < rows * depth->kernel;
}

/// Computes a block of vectors of the tiles whose columns some tables hold, in all rows of a task.
static void run_columns(const sample_table *tables, int32_t count, const row_manner *manner, row_tile t,
                        const conv_task *task, int32_t end_vector) {
  const conv_problem *problem = t.problem;
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1];
  const ptrdiff_t *y_step = problem->y.axis;
  const bool has_partial = end_vector > whole_vectors(problem, manner, t.image->residual);
  const int outer = goes_deep_first(problem, task) ? 1 : 0, inner = 1 - outer;
  for (int32_t i = task->first[outer]; i < task->end[outer]; i++)
    for (int32_t j = task->first[inner]; j < task->end[inner]; j++) {
      const int32_t d = outer == 0 ? i : j, h = outer == 0 ? j : i;
      const bool inside = is_inside(depth, d) && is_inside(height, h);
      // With a stride, too few products would hide too many lines.
      const bool adds_one = inside && height->stride == 1 && h + 1 < least_of(task->end[1], height->inside_end);
      t.below = adds_one ? problem->x.axis[1] : 0;
      for (const sample_table *table = tables, *end = tables + count; table < end; table += t.tiles) {
        const bool tile_inside = table->is_inside && (inside || has_zero_constants(problem));
        t.tiles = tile_inside && !has_partial ? tiles_together(table, (int32_t)(end - table), manner) : 1;
        t.rows = table->rows;
        t.row_count = find_rows(table, problem, t.image->x, d, h);
        t.first = d * y_step[0] + h * y_step[1] + table->first * y_step[2];
        run_row_tiles(t, manner, tile_inside, table->pixels, end_vector);
      }
    }
}

/// Where a tile of a row of outputs begins: as large as can be, but for the last two, which share what is left.
INLINE int32_t tile_begin(int32_t outputs, int32_t pixels, int32_t tile) {
  const int32_t tiles = parts_of(outputs, pixels), shared = tiles < 2 ? 0 : (tiles - 2) * pixels;
  if (tile == tiles) return outputs;
  return tile < tiles - 1 || tiles < 2 ? tile * pixels : shared + (outputs - shared + 1) / 2;
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  arena a = {.memory = workspace};
  sample_table tables[MOST_BESIDE];
  take_sample_tables(&a, problem, tables);
  const row_manner manner = manner_of(problem);
  const int32_t step = manner.steps.step, first_vector = panel_vector(problem, task->first_panel);
  const int32_t vectors = panel_vector(problem, task->end_panel) - first_vector;
  const int32_t blocks = parts_of(vectors, manner.block_vectors);
  const int32_t beside = clamped(manner.block_vectors / vectors, 1, MOST_BESIDE);
  row_tile t = {
      .problem = problem,
      .image = image,
      .shift = manner.steps.shift,
      .column = problem->axis[2].dilation * problem->x.axis[2],
      .step = step * problem->y.axis[2],
  };
  for (int32_t block = 0; block < blocks; block++) {
    t.first_vector = first_vector + part_begin(vectors, blocks, block);
    const int32_t end_vector = first_vector + part_begin(vectors, blocks, block + 1);
    for (int32_t start = task->first[2]; start < least_of(task->first[2] + step, task->end[2]); start++) {
      const int32_t outputs = parts_of(task->end[2] - start, step), parts = parts_of(outputs, manner.pixels);
      for (int32_t part = 0, count; part < parts; part += count) {
        count = least_of(parts - part, beside);
        for (int32_t i = 0; i < count; i++) {
          const int32_t begin = tile_begin(outputs, manner.pixels, part + i);
          const int32_t end = tile_begin(outputs, manner.pixels, part + i + 1);
          find_columns(&tables[i], problem, image->x, manner.steps, start + begin * step, end - begin);
        }
        run_columns(tables, count, &manner, t, task, end_vector);
      }
    }
  }
}
