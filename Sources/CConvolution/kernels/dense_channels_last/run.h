// The way through a task: block by block of tables of pixels, and of each panel by panel. Some rows of a panel's
// weights stay in the second-level cache for all tiles of the block, and so do their samples.
#pragma once

#include "rows.h"
#include "tile.h"

enum {
  /// Tables of a block, and the rows of pointers that they may take.
  MOST_TABLES = 8,
  MOST_POINTER_ROWS = 512,
  /// Tiles of three vectors in a table at most.
  MOST_TRIPLES = TRIPLE_BROADCASTS > 0 ? TABLE_PIXELS / TRIPLE_BROADCASTS : 0,
};

/// Whether taps of a row are joined, see begin_pixel_table.
INLINE bool joins_taps(const conv_problem *problem) { return problem->x.axis[2] == problem->input_channels; }

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
    tiles_functions[vectors - 1][tiles[i].pixels - 1](v, tiles + i, end - i);
  }
}

/// Computes a panel of so many vectors, or two, on a block.
INLINE void run_panel(const conv_problem *problem, const panel_run *panel, ptrdiff_t input, int32_t vectors,
                      const pixel_block *block, task_manner manner) {
  const int32_t rows = weight_rows(problem), pixels = tile_pixels(manner, vectors);
  visit v = {.panel = *panel, .input_offset = input};
  for (; v.begin < rows; v.begin = v.end) {
    v.end = least_of(v.begin + manner.rows, rows);
    v.first = v.begin == 0;
    v.last = v.end == rows;
    v.coming = panel->weights + (ptrdiff_t)v.end * vectors * LANES;
    if (pixels < manner.pixels)
      visit_tiles(&v, block->triple, block->triple_count, vectors);
    else if (pixels == manner.pixels)
      visit_tiles(&v, block->parts, block->part_count, vectors);
    else
      visit_tiles(&v, block->whole, block->whole_count, vectors);
  }
}

/// Computes what is left of a task block by block.
INLINE void run_blocks(const conv_problem *problem, const conv_operands *image, tile_walk walk, task_manner manner,
                       pixel_block *block) {
  const int32_t tables = walk_tables(&walk, manner.together), blocks = parts_of(tables, block_tables(problem));
  for (int32_t i = 1; i < least_of(tables, block_tables(problem)); i++)
    begin_pixel_table(&block->tables[i], problem, joins_taps(problem));
  for (int32_t i = 0; i < blocks; i++) {
    fill_block(block, &walk, problem, image->x, manner, tables / blocks + (i < tables % blocks));
    const conv_task *task = &walk.pieces[0];
    for (int32_t panel = task->first_panel, vectors; panel < task->end_panel; panel += panels_of(vectors)) {
      vectors = next_vectors(problem, task, manner, panel);
      const panel_run run = panel_run_of(problem, image, task->first_panel, panel, vectors);
      run_panel(problem, &run, panel_input(problem, panel), vectors, block, manner);
    }
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  if (task_pixels(task) == 0) return;
  arena a = {.memory = workspace};
  pixel_block block = take_block(&a, problem);
  const task_manner manner = manner_of(problem, task);
  pixel_table *table = &block.tables[0];
  begin_pixel_table(table, problem, joins_taps(problem));
  tile_walk walk = walk_of(problem, task, manner.pixels);
  int32_t left = 0;
  for (int32_t i = 0; i < walk.piece_count; i++) {
    const conv_task *piece = &walk.pieces[i];
    if (!has_rows(problem, piece, manner)) {
      walk.pieces[left++] = *piece;
    } else if (is_flat(problem, piece)) {
      const problem_part flat = flatten(problem, image, piece);
      run_rows(&flat.problem, &flat.image, &flat.task, manner, table->inside_runs, table->inside_count);
    } else {
      run_rows(problem, image, piece, manner, table->inside_runs, table->inside_count);
    }
  }
  walk.piece_count = left;
  begin_piece(&walk, 0);
  run_blocks(problem, image, walk, manner, &block);
}
