// The way through a task: block by block of tables of pixels, and of each panel by panel. Some rows of a panel's
// weights stay in the second-level cache for all tiles of the block, and so do their samples.
#pragma once

#include "../../shared/flat.h"
#include "tile.h"

enum {
  /// Rows of weights below which pairs of panels are not worth the more calls.
  LEAST_PAIR_ROWS = 64,
  /// Tables of a block, and the rows of pointers that they may take.
  MOST_TABLES = 8,
  MOST_POINTER_ROWS = 512,
  /// Tiles of three vectors in a table at most.
  MOST_TRIPLES = TRIPLE_BROADCASTS > 0 ? TABLE_PIXELS / TRIPLE_BROADCASTS : 0,
};

/// Tables of a block at most.
INLINE int32_t block_tables(const conv_problem *problem) {
  return clamped(MOST_POINTER_ROWS / tap_count(problem), 1, MOST_TABLES);
}

/// Tables that share their way through the weights.
typedef struct {
  pixel_table *tables;
  tile *whole, *parts, *triple;  ///< a tile a table, smaller ones for wide panels, and for those of three vectors
  int32_t whole_count, part_count, triple_count;
  float *sums;
} pixel_block;

INLINE pixel_block take_block(arena *a, const conv_problem *problem) {
  const int32_t tables = block_tables(problem);
  pixel_block block = {.tables = TAKE(a, pixel_table, tables)};
  block.whole = TAKE(a, tile, tables);
  block.parts = TAKE(a, tile, 2 * tables);
  block.triple = TAKE(a, tile, MOST_TRIPLES * tables);
  block.sums = TAKE(a, float, tables * TABLE_PIXELS * MOST_VECTORS * LANES);
  for (int32_t i = 0; i < tables; i++) {
    const pixel_table table = take_pixel_table(a, problem);
    if (block.tables) block.tables[i] = table;
  }
  return block;
}

static size_t workspace_bytes(const conv_problem *problem) {
  arena a = {0};
  take_block(&a, problem);
  return a.used;
}

/// How a task is gone through.
typedef struct {
  bool join;         ///< taps of a row, see begin_pixel_table
  int32_t vectors;   ///< of a panel or a pair of panels
  int32_t pixels;    ///< of their tiles
  int32_t together;  ///< such tiles of a table
  int32_t rows;      ///< of weights that are visited together
  bool apart;        ///< whether all panels are computed in such tiles, none by whole tables
  bool triples;      ///< whether panels have three vectors
} task_manner;

/// Rows of weights of so many vectors that fill an eighth of the second-level cache, which samples are in too.
INLINE int32_t visit_rows(const conv_problem *problem, int32_t vectors) {
  const int32_t rows = weight_rows(problem), row = vectors * LANES * (int32_t)sizeof(float);
  const int32_t visits = parts_of(rows, clamped(problem->caches.level[1] / 8 / row, UNROLLED_ROWS, rows));
  return parts_of(parts_of(rows, visits), UNROLLED_ROWS) * UNROLLED_ROWS;
}

INLINE task_manner manner_of(const conv_problem *problem, const conv_task *task) {
  const bool join = problem->x.axis[2] == problem->input_channels;
  const bool pairs = PAIR_BROADCASTS > 0 && task->end_panel - task->first_panel > 1 &&
                     problem->output_channels > PANEL + LANES && weight_rows(problem) >= LEAST_PAIR_ROWS;
  const int32_t pixels = pairs ? PAIR_BROADCASTS : TILE_BROADCASTS;
  const int32_t vectors = pairs ? MOST_VECTORS : TILE_VECTORS;
  // Pixels that meet in one set are in each other's way: 12 of them would not stay.
  const bool apart = problem->x.axis[2] * problem->axis[2].stride * (ptrdiff_t)sizeof(float) % CACHE_WAY == 0;
  const bool triples = last_panel_vectors(problem->output_channels) > TILE_VECTORS;
  return (task_manner){join, vectors, pixels, TABLE_PIXELS / pixels, visit_rows(problem, vectors), apart, triples};
}

INLINE tile tile_of(const pixel_table *table, int32_t first, int32_t pixels, float *sums) {
  return (tile){table->runs, table->count, pixels, table->pointers + first, table->output + first,
                sums + first * MOST_VECTORS * LANES};
}

/// Fills `count` tables of the block with what comes next in a walk.
INLINE void fill_block(pixel_block *block, tile_walk *walk, const conv_problem *problem, const float *x,
                       task_manner manner, int32_t count) {
  block->whole_count = count;
  block->part_count = 0;
  block->triple_count = 0;
  for (int32_t i = 0; i < count; i++) {
    pixel_table *table = &block->tables[i];
    float *sums = block->sums + i * TABLE_PIXELS * MOST_VECTORS * LANES;
    const int32_t pixels = next_tiles(walk, manner.together, table, problem, x);
    const int32_t first = pixels <= manner.pixels ? pixels : (pixels + 1) / 2;
    block->whole[i] = tile_of(table, 0, pixels, sums);
    block->parts[block->part_count++] = tile_of(table, 0, first, sums);
    if (first < pixels) block->parts[block->part_count++] = tile_of(table, first, pixels - first, sums);
    const int32_t triples = manner.triples ? parts_of(pixels, TRIPLE_BROADCASTS) : 0;
    for (int32_t part = 0; part < triples; part++) {
      const int32_t begin = part_begin(pixels, triples, part), end = part_begin(pixels, triples, part + 1);
      block->triple[block->triple_count++] = tile_of(table, begin, end - begin, sums);
    }
  }
}

/// Visits tiles, size by size.
INLINE void visit_tiles(const visit *v, const tile *tiles, int32_t count, int32_t vectors) {
  for (int32_t i = 0, end; i < count; i = end) {
    for (end = i + 1; end < count && tiles[end].pixels == tiles[i].pixels; end++) {}
    const int32_t row = tiles[i].pixels - 1;
    tiles_function *const visit = vectors <= TILE_VECTORS  ? tiles_functions[row][vectors - 1]
                                  : vectors > WIDEST_PANEL ? pair_functions[row]
                                                           : triple_functions[row];
    visit(v, tiles + i, end - i);
  }
}

/// Computes a panel, or a pair, of so many vectors on a block whose pixels lie `passed` ones behind those of its tables.
/// Its samples are `cold` if no other panel has read them.
INLINE void run_panel(const conv_problem *problem, const conv_operands *image, int32_t panel, int32_t vectors,
                      const pixel_block *block, task_manner manner, ptrdiff_t passed, bool cold) {
  const int32_t panels = group_panels(problem->output_channels);
  const int32_t group = panel / panels, first_channel = panel % panels * PANEL;
  const int32_t rows = weight_rows(problem);
  const ptrdiff_t channel = (ptrdiff_t)group * problem->output_channels + first_channel;
  const ptrdiff_t output = channel + passed * problem->y.axis[2];
  const bool triple = vectors > TILE_VECTORS && vectors <= WIDEST_PANEL;
  const bool parts = vectors == manner.vectors || manner.apart;
  visit v = {
      .input_offset = (ptrdiff_t)group * problem->input_channels + passed * problem->x.axis[2],
      .weights = image->packed + group * group_weights(problem) + (ptrdiff_t)rows * first_channel,
      .next_panel = (ptrdiff_t)rows * PANEL,
      .channel = (int32_t)channel,
      .channels = least_of(problem->output_channels - first_channel, vectors * LANES),
      .bias = image->bias + channel,
      .residual = image->residual ? image->residual + output : NULL,
      .y = image->y + output,
      .activation = &problem->activation,
      .cold = cold,
      .far = problem->y.axis[2] * (ptrdiff_t)sizeof(float) > 2048,
  };
  for (; v.begin < rows; v.begin = v.end) {
    v.end = least_of(v.begin + manner.rows, rows);
    v.first = v.begin == 0;
    v.last = v.end == rows;
    v.coming = v.weights + (ptrdiff_t)v.end * vectors * LANES;
    if (triple)
      visit_tiles(&v, block->triple, block->triple_count, vectors);
    else if (parts)
      visit_tiles(&v, block->parts, block->part_count, vectors);
    else
      visit_tiles(&v, block->whole, block->whole_count, vectors);
  }
}

/// Computes all panels of a task block by block. Where it `is_one_row`, tables are filled anew only for blocks of other
/// tiles than the block before has.
INLINE void run_blocks(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace,
                       bool is_one_row) {
  arena a = {.memory = workspace};
  pixel_block block = take_block(&a, problem);
  const task_manner manner = manner_of(problem, task);
  tile_walk walk = walk_of(problem, task, manner.pixels);
  const int32_t tables = walk_tables(&walk, manner.together), blocks = parts_of(tables, block_tables(problem));
  const int32_t panels = group_panels(problem->output_channels);
  int32_t tile_pixels = 0;
  ptrdiff_t passed = 0;
  for (int32_t i = 0; i < least_of(tables, block_tables(problem)); i++)
    begin_pixel_table(&block.tables[i], problem, manner.join);
  for (int32_t i = 0; i < blocks; i++) {
    const int32_t count = tables / blocks + (i < tables % blocks), tiles = count * manner.together;
    const int32_t pixels = is_one_row ? even_pixels(&walk, tiles) : 0;
    if (pixels > 0 && pixels == tile_pixels && count == block.whole_count) {
      passed += tiles * pixels;
      pass_tiles(&walk, tiles, pixels);
    } else {
      fill_block(&block, &walk, problem, image->x, manner, count);
      passed = 0;
      tile_pixels = pixels;
    }
    for (int32_t panel = task->first_panel, done; panel < task->end_panel; panel += done) {
      // Vectors of the group from the panel on; a pair is of one group.
      const int32_t rest = group_vectors(problem->output_channels) - panel % panels * TILE_VECTORS;
      const bool pair = manner.vectors > TILE_VECTORS && panel + 1 < task->end_panel && rest >= manner.vectors;
      const int32_t vectors = pair ? manner.vectors : panel_vectors(problem->output_channels, panel % panels);
      run_panel(problem, image, panel, vectors, &block, manner, passed, panel == task->first_panel);
      done = pair ? 2 : 1;
    }
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  if (task_pixels(task) == 0 || !is_flat(problem, task)) {
    run_blocks(problem, image, task, workspace, false);
    return;
  }
  const flat_part flat = flatten(problem, image, task);
  run_blocks(&flat.problem, &flat.image, &flat.task, workspace, true);
}
