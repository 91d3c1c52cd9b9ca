// The way through a task tile by tile of pixels, the same for run and for work.
#pragma once

#include <string.h>

#include "pixel_table.h"
#include "work.h"

/// Cuts of the range first..<end where the outputs whose taps are all inside begin and end: `cut[0]` ... `cut[count]`.
typedef struct {
  int32_t count, cut[4];
} axis_cuts;

/// Cuts only where both sides keep at least `least` outputs.
INLINE axis_cuts cut_at_border(const conv_axis *axis, int32_t first, int32_t end, int32_t least) {
  axis_cuts cuts = {0, {first}};
  const int32_t at[2] = {axis->inside_begin, axis->inside_end};
  for (int side = 0; side < 2; side++)
    if (at[side] - cuts.cut[cuts.count] >= least && end - at[side] >= least) cuts.cut[++cuts.count] = at[side];
  cuts.cut[++cuts.count] = end;
  return cuts;
}

/// Pixels of a row that are worth a task: the sums of a tile are enough to overlap.
enum { LEAST_OF_ROW = TILE_BROADCASTS > 8 ? TILE_BROADCASTS / 2 : 4 };

/// The pixels of a task's rectangle.
INLINE int32_t task_pixels(const conv_task *task) {
  return (task->end[0] - task->first[0]) * (task->end[1] - task->first[1]) * (task->end[2] - task->first[2]);
}

enum { MOST_PIECES = 27 };

/// Cuts a task's rectangle where its border taps change, into `pieces`: most tiles then have none, and those at the
/// border can leave out the taps that all their pixels read from it. Pieces have at least 4 pixels, so that the sums of
/// a tile are enough to overlap.
static inline int32_t border_pieces(const conv_problem *problem, const conv_task *task, conv_task pieces[MOST_PIECES]) {
  int32_t count = 0;
  const axis_cuts depth = cut_at_border(&problem->axis[0], task->first[0], task->end[0], 1);
  const axis_cuts height =
      cut_at_border(&problem->axis[1], task->first[1], task->end[1], task->end[2] - task->first[2] >= 4 ? 1 : 4);
  for (int32_t d = 0; d < depth.count; d++)
    for (int32_t h = 0; h < height.count; h++) {
      const int32_t rows = (depth.cut[d + 1] - depth.cut[d]) * (height.cut[h + 1] - height.cut[h]);
      const axis_cuts width = cut_at_border(&problem->axis[2], task->first[2], task->end[2], rows >= 4 ? 1 : 4);
      for (int32_t w = 0; w < width.count; w++)
        pieces[count++] = (conv_task){task->first_panel,
                                      task->end_panel,
                                      {depth.cut[d], height.cut[h], width.cut[w]},
                                      {depth.cut[d + 1], height.cut[h + 1], width.cut[w + 1]}};
    }
  return count;
}

/// A walk over the tiles of a task, piece after piece. Tiles of a piece differ by one pixel at most; larger ones come
/// first.
typedef struct {
  conv_task pieces[MOST_PIECES];
  int32_t most_pixels;    ///< of a tile
  int32_t piece_count, piece;
  int32_t tiles, larger;  ///< tiles that are left of the piece, and those of them that have one pixel more
  int32_t pixels;         ///< of the others
  int32_t place[3];       ///< of the next pixel
} tile_walk;

INLINE int32_t piece_tiles(const tile_walk *walk, int32_t piece) {
  return parts_of(task_pixels(&walk->pieces[piece]), walk->most_pixels);
}

INLINE void begin_piece(tile_walk *walk, int32_t piece) {
  walk->piece = piece;
  if (piece == walk->piece_count) return;
  const int32_t pixels = task_pixels(&walk->pieces[piece]);
  walk->tiles = piece_tiles(walk, piece);
  if (walk->tiles == 0) return;
  walk->pixels = pixels / walk->tiles;
  walk->larger = pixels % walk->tiles;
  memcpy(walk->place, walk->pieces[piece].first, sizeof walk->place);
}

INLINE tile_walk walk_of(const conv_problem *problem, const conv_task *task, int32_t most_pixels) {
  tile_walk walk;
  walk.most_pixels = most_pixels;
  walk.piece_count = border_pieces(problem, task, walk.pieces);
  begin_piece(&walk, 0);
  return walk;
}

/// The tables of all pieces, of up to `together` tiles of a piece each.
INLINE int32_t walk_tables(const tile_walk *walk, int32_t together) {
  int32_t tables = 0;
  for (int32_t piece = 0; piece < walk->piece_count; piece++) tables += parts_of(piece_tiles(walk, piece), together);
  return tables;
}

/// The tiles of all pieces.
INLINE int32_t walk_tiles(const tile_walk *walk) { return walk_tables(walk, 1); }

/// The pixels of the next tile of a piece; 0 where it has no more.
INLINE int32_t next_pixels(const tile_walk *walk) { return walk->tiles == 0 ? 0 : walk->pixels + (walk->larger > 0); }

/// Passes over a tile of so many pixels, which are all of one row.
INLINE void pass_tile(tile_walk *walk, int32_t pixels) {
  walk->tiles--;
  walk->larger -= walk->larger > 0;
  walk->place[2] += pixels;
}

/// Fills the table with the next tiles of the walk, up to `together` of one piece. Says how many pixels they have: 0 at
/// the end.
INLINE int32_t next_tiles(tile_walk *walk, int32_t together, pixel_table *table, const conv_problem *problem,
                          const float *x) {
  while (walk->piece < walk->piece_count && walk->tiles == 0) begin_piece(walk, walk->piece + 1);
  if (walk->piece == walk->piece_count) return 0;
  const int32_t tiles = least_of(together, walk->tiles), larger = least_of(tiles, walk->larger);
  const int32_t count = tiles * walk->pixels + larger;
  walk->tiles -= tiles;
  walk->larger -= larger;
  pixel_table_fill(table, problem, x, &walk->pieces[walk->piece], walk->place, count);
  return count;
}

/// Computes a tile for all panels of a task: the pixels that lie `passed` ones behind those of the table.
typedef void pixel_tile_run(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                            const pixel_table *table, int32_t pixels, ptrdiff_t passed);

/// Runs a task tile by tile, of up to `most_pixels` <= TABLE_PIXELS. With `join`, see begin_pixel_table. Where the task
/// `is_one_row`, the table is filled anew only for tiles of another size.
INLINE void run_pixel_tiles(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                            void *workspace, const bool join, bool is_one_row, int32_t most_pixels,
                            pixel_tile_run *run_tile) {
  arena a = {.memory = workspace};
  pixel_table table = take_pixel_table(&a, problem);
  begin_pixel_table(&table, problem, join);
  tile_walk walk = walk_of(problem, task, most_pixels);
  ptrdiff_t passed = 0;
  for (int32_t pixels, filled = 0;; filled = pixels) {
    pixels = is_one_row ? next_pixels(&walk) : 0;
    if (pixels > 0 && pixels == filled) {
      passed += pixels;
      pass_tile(&walk, pixels);
    } else {
      passed = 0;
      pixels = next_tiles(&walk, 1, &table, problem, image->x);
    }
    if (pixels == 0) return;
    run_tile(problem, image, task, &table, pixels, passed);
  }
}

/// What the tiles of a piece of a walk have to do.
typedef struct {
  int32_t tiles, pixels;  ///< all together
  double lookups;
  double taps, runs;      ///< that one tile goes through, on average
} piece_work;

INLINE piece_work work_of_piece(const conv_problem *problem, const tile_walk *walk, int32_t index, const bool join) {
  const conv_task *piece = &walk->pieces[index];
  piece_work work = {.tiles = piece_tiles(walk, index), .pixels = task_pixels(piece)};
  bool inside[3];
  double taps[3], together = (double)work.pixels / work.tiles;
  for (int a = 2; a >= 0; a--) {
    const conv_axis *axis = &problem->axis[a];
    const double extent = extent_of(piece, a);
    inside[a] = are_inside(axis, piece->first[a], piece->end[a]);
    taps[a] = has_zero_constants(problem)
                  ? taps_of_range(axis, piece->first[a], piece->end[a], together < extent ? together : extent)
                  : axis->kernel;
    // Rows that a tile of consecutive pixels meets.
    together = (together - 1) / extent + 1;
  }
  const bool joined = join && inside[2] && problem->axis[2].dilation == 1;
  work.taps = taps[0] * taps[1] * taps[2];
  // At the border the taps that all pixels of a tile find are one run, before those or behind them that only some find.
  const conv_axis *width = &problem->axis[2];
  const double apart = (walk->most_pixels - 1.0) * width->stride;
  const double runs = join && width->dilation == 1 && 1 + apart < taps[2] ? 1 + apart : taps[2];
  work.runs = taps[0] * taps[1] * (joined ? 1 : runs);
  const double rows = problem->axis[0].kernel * problem->axis[1].kernel;
  const double pointers = rows + taps[0] * taps[1] * (joined ? 1 : problem->axis[2].kernel);
  work.lookups = work.pixels * (inside[0] && inside[1] && inside[2] ? 1 : pointers);
  return work;
}
