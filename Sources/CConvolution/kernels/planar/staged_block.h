// A block of outputs whose input is staged in the workspace as planes: for every tap, border taps included, the samples
// of outputs that are side by side lie side by side.
#pragma once

#include <string.h>

#include "../../shared/arena.h"
#include "block_size.h"

/// The flat index of output (row, column) is row x pitch + column: for every tap, its sample lies at flat index + the
/// tap's offset.
typedef struct {
  int32_t depth, row, column;  ///< the first output
  staged_axis height, width;
  int32_t pitch, flat;         ///< floats from row to row; flat indices up to the last output
  int64_t channel;             ///< floats from one staged channel to the next
  int32_t *tap_offset;
  int32_t *rows, *columns;     ///< sources of height and width
  slot_span *even;             ///< of each part of the width
  float *samples;
} staged_block;

/// Floats beyond the last sample that a vector may read.
enum { SLACK = LANES };

/// Parts of an axis at most: fewer outputs may be staged a part for each tap, where more share those of the stride.
INLINE int32_t most_parts(const conv_axis *axis) { return axis->kernel > axis->stride ? axis->kernel : axis->stride; }

/// Memory for blocks of up to `size`.
INLINE staged_block staged_block_in(const conv_problem *problem, block_size size, arena *memory) {
  const staged_axis height = staged_axis_of(&problem->axis[1], size.rows);
  const staged_axis width = staged_axis_of(&problem->axis[2], size.columns);
  staged_block block = {0};
  block.tap_offset = TAKE(memory, int32_t, tap_count(problem));
  block.rows = TAKE(memory, int32_t, slot_count(&height));
  block.columns = TAKE(memory, int32_t, slot_count(&width));
  block.even = TAKE(memory, slot_span, most_parts(width.axis));
  block.samples = TAKE(memory, float, size.channels * staged_floats(&height, &width, &problem->axis[0]) + SLACK);
  return block;
}

/// Makes `block` the one of `rows` x `columns` outputs from (d, h, w) on: all but its samples.
static inline void begin_block(staged_block *block, const conv_problem *problem, int32_t d, int32_t h, int32_t w,
                               int32_t rows, int32_t columns) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  block->depth = d, block->row = h, block->column = w;
  block->height = staged_axis_of(height, rows);
  block->width = staged_axis_of(width, columns);
  block->pitch = block->width.length;
  block->flat = (rows - 1) * block->pitch + columns;
  block->channel = staged_floats(&block->height, &block->width, depth);
  list_sources(block->height, h, block->rows);
  list_sources(block->width, w, block->columns);
  for (int32_t part = 0; part < block->width.parts; part++)
    block->even[part] = even_span(block->columns + (int64_t)part * block->pitch, block->pitch, width->stride);
  // Planes of samples: [depth tap][part of the height][part of the width], each [slot of height][slot of width].
  const int64_t plane = (int64_t)block->height.length * block->width.length;
  int32_t *offset = block->tap_offset;
  for (int32_t kd = 0; kd < depth->kernel; kd++)
    for (int32_t kh = 0; kh < height->kernel; kh++)
      for (int32_t kw = 0; kw < width->kernel; kw++) {
        const int64_t part = ((int64_t)kd * block->height.parts + part_of_tap(&block->height, kh)) *
                                 block->width.parts + part_of_tap(&block->width, kw);
        *offset++ = (int32_t)(part * plane + (int64_t)shift_of_tap(&block->height, kh) * block->pitch +
                              shift_of_tap(&block->width, kw));
      }
}

/// One row of slots to be staged: a part of the width, of one row of the input.
typedef struct {
  const float *input;      ///< the first sample of the row; NULL where the row lies outside
  float outside;           ///< what all of such a row reads, but where a column lies outside too
  const int32_t *columns;  ///< the source of each slot
  slot_span even;
  float *slots;            ///< of the first channel
} staged_row;

/// Stages `channels` channels of one row of slots.
typedef void stage_row_function(const conv_problem *problem, const staged_block *block, const staged_row *row,
                                int32_t channels);

/// Stages channels from `x` to `slots`, row by row in the order in which they lie there.
INLINE void stage_rows(const conv_problem *problem, const staged_block *block, const float *x, float *slots,
                       int32_t channels, stage_row_function *stage_row) {
  const conv_axis *depth = &problem->axis[0];
  for (int32_t kd = 0; kd < depth->kernel; kd++) {
    const int32_t z = tap_index(taps_of(depth, block->depth), kd);
    for (int32_t part = 0; part < block->height.parts; part++) {
      const int32_t *rows = block->rows + (int64_t)part * block->height.length;
      for (int32_t width_part = 0; width_part < block->width.parts; width_part++)
        for (int32_t r = 0; r < block->height.length; r++, slots += block->pitch) {
          const bool outside = z < 0 || rows[r] < 0;
          stage_row(problem, block,
                    &(staged_row){
                        .input = outside ? NULL : x + z * problem->x.axis[0] + rows[r] * problem->x.axis[1],
                        .outside = rows[r] < 0 ? problem->axis[1].constant[0] : depth->constant[0],
                        .columns = block->columns + (int64_t)width_part * block->pitch,
                        .even = block->even[width_part],
                        .slots = slots,
                    },
                    channels);
        }
    }
  }
}

/// Stages `channels` channels whose first plane or sample is at `x`, `together` at once.
INLINE void stage_block(const conv_problem *problem, const staged_block *block, const float *x, int32_t channels,
                        int32_t together, stage_row_function *stage_row) {
  for (int32_t c = 0, count; c < channels; c += count) {
    count = least_of(together, channels - c);
    stage_rows(problem, block, x + c * problem->x.channel, block->samples + c * block->channel, count, stage_row);
  }
  // Vectors read beyond the last slot what they do not use; it must not be slow to compute with.
  memset(block->samples + channels * block->channel, 0, SLACK * sizeof(float));
}
