// Matrix products: a task is a block of one product's output, or several whole products that are small.
#pragma once

#include "../../shared/arena.h"
#include "../cut.h"
#include "few_rows.h"
#include "tile.h"

enum {
  /// Values of k that are summed at a time: rows of a tile, and columns of b, stay in the first-level cache.
  BLOCK_K = 256,
  /// Rows and columns of a block: columns of b, BLOCK_K of each, stay in the second-level cache for all of the rows.
  BLOCK_ROWS = 8 * TILE_BROADCASTS,
  BLOCK_COLUMNS = 256,
  /// Multiplications that take as long as reading and writing an element of a tensor.
  MULTIPLICATIONS_PER_ELEMENT = 4,
};

/// What the kernels are given: a product of one column is taken for one of one row.
typedef struct {
  conv_products products;
  const float *a, *b;
  float *y;
  int32_t block_columns, row_blocks, column_blocks;
  cut cut;
  conv_workspace workspace;
} products_run;

/// The memory of a thread: a tile's rows of a, and columns of b in panels of TILE_COLUMNS.
typedef struct {
  float *rows, *columns;
} products_memory;

INLINE products_memory take_products_memory(arena *a, const conv_products *p) {
  const int64_t k = p->k < BLOCK_K ? p->k : BLOCK_K;
  const int64_t columns = p->n < BLOCK_COLUMNS ? parts_of((int32_t)p->n, TILE_COLUMNS) * TILE_COLUMNS : BLOCK_COLUMNS;
  return (products_memory){.rows = TAKE(a, float, TILE_BROADCASTS *k), .columns = TAKE(a, float, columns *k)};
}

/// Tiles of even heights.
static void multiply_block(const products_block *block, products_memory memory) {
  const int32_t tiles = parts_of(block->rows, TILE_BROADCASTS);
  for (int64_t begin = 0; begin < block->k; begin += BLOCK_K) {
    const int32_t k = clamped(block->k - begin, 0, BLOCK_K);
    pack_columns_of_b((matrix_part){block->b.from + begin * block->b.row, block->b.row, block->b.column},
                      block->columns, k, memory.columns, TILE_COLUMNS);
    for (int32_t tile = 0; tile < tiles; tile++) {
      const int32_t row = part_begin(block->rows, tiles, tile);
      const int32_t rows = part_begin(block->rows, tiles, tile + 1) - row;
      pack_rows_of_a((matrix_part){block->a.from + row * block->a.row + begin * block->a.column, block->a.row,
                                   block->a.column},
                     rows, k, memory.rows);
      for (int32_t c = 0; c < block->columns; c += TILE_COLUMNS)
        multiply_rows(&(product_tile){.a = memory.rows, .b = memory.columns + (ptrdiff_t)c * k, .k = k,
                                      .columns = least_of(block->columns - c, TILE_COLUMNS),
                                      .y = block->y + row * block->y_row + c, .y_row = block->y_row,
                                      .first = begin == 0},
                      rows);
    }
  }
}

static void multiply_blocks(void *context, int64_t task, int32_t worker) {
  const products_run *run = context;
  const conv_products *p = &run->products;
  arena arena = {.memory = (char *)run->workspace.memory + worker * run->workspace.stride};
  const products_memory memory = take_products_memory(&arena, p);
  const span blocks = units_of(&run->cut, task);
  for (int64_t i = blocks.first; i < blocks.end; i++) {
    const int64_t column = i % run->column_blocks * run->block_columns;
    const int64_t row = i / run->column_blocks % run->row_blocks * BLOCK_ROWS;
    const int64_t product = i / run->column_blocks / run->row_blocks;
    const products_block block = {
        .a = {run->a + p->a[product] + row * p->a_row, p->a_row, p->a_column},
        .b = {run->b + p->b[product] + column * p->b_column, p->b_row, p->b_column},
        .y = run->y + (product * p->m + row) * p->n + column, .y_row = p->n, .k = p->k,
        .rows = clamped(p->m - row, 0, BLOCK_ROWS), .columns = clamped(p->n - column, 0, run->block_columns)};
    if (has_few_rows(p))
      multiply_few_rows(&block);
    else
      multiply_block(&block, memory);
  }
}

/// y of one column is the row that the turned matrices give.
INLINE products_run products_run_of(const conv_products *products, const float *a, const float *b) {
  products_run run = {.products = *products, .a = a, .b = b};
  if (products->n != 1) return run;
  run.a = b;
  run.b = a;
  run.products = (conv_products){
      .m = 1, .k = products->k, .n = products->m, .count = products->count, .a = products->b, .b = products->a,
      .a_row = products->b_column, .a_column = products->b_row,
      .b_row = products->a_column, .b_column = products->a_row};
  return run;
}

static size_t products_workspace_bytes(const conv_products *products) {
  const products_run run = products_run_of(products, NULL, NULL);
  arena a = {0};
  take_products_memory(&a, &run.products);
  return a.used;
}

static void run_products(const conv_products *products, const float *a, const float *b, float *y, int32_t threads,
                         conv_workspace workspace) {
  if (products->count == 0 || products->m == 0 || products->n == 0) return;
  if (products->k == 0) {
    memset(y, 0, products->count * products->m * products->n * sizeof(float));
    return;
  }
  products_run run = products_run_of(products, a, b);
  const conv_products *p = &run.products;
  run.y = y;
  run.workspace = workspace;
  run.block_columns = has_few_rows(p) ? FEW_ROWS_COLUMNS : BLOCK_COLUMNS;
  run.row_blocks = (int32_t)((p->m + BLOCK_ROWS - 1) / BLOCK_ROWS);
  run.column_blocks = (int32_t)((p->n + run.block_columns - 1) / run.block_columns);
  const int64_t blocks = p->count * run.row_blocks * run.column_blocks;
  const int64_t elements =
      (p->m * p->n * p->k / run.row_blocks / run.column_blocks) / MULTIPLICATIONS_PER_ELEMENT + 1;
  run.cut = cut_units(blocks, elements);
  run_units(&run.cut, elements, threads, multiply_blocks, &run);
}
