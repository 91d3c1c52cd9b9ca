// A block of outputs whose input is staged in the workspace as planes: for every tap, border taps included, the samples of
// outputs that are side by side lie side by side.
#pragma once

#include <string.h>

#include "problem.h"
#include "sizes.h"

/// How an axis of a block is staged: output r meets tap k in slot r + shift(k) of part(k). A part is a phase of the stride,
/// which the taps of that phase share, or a tap's own, where that takes less room.
typedef struct {
  int32_t outputs, parts, length;  ///< length: slots of a part
  bool by_tap;
} staged_axis;

/// Slots of an axis that is staged by phase.
INLINE int64_t phase_length(const conv_axis *axis, int32_t outputs) {
  return outputs + (int64_t)(axis->kernel - 1) * axis->dilation / axis->stride;
}

INLINE staged_axis staged_axis_of(const conv_axis *axis, int32_t outputs) {
  const int64_t shared = phase_length(axis, outputs);
  if ((int64_t)axis->kernel * outputs <= shared * axis->stride)
    return (staged_axis){outputs, axis->kernel, outputs, true};
  return (staged_axis){outputs, axis->stride, (int32_t)shared, false};
}

INLINE int32_t part_of_tap(const staged_axis *staged, const conv_axis *axis, int32_t tap) {
  return staged->by_tap ? tap : (int32_t)((int64_t)tap * axis->dilation % axis->stride);
}

INLINE int32_t shift_of_tap(const staged_axis *staged, const conv_axis *axis, int32_t tap) {
  return staged->by_tap ? 0 : (int32_t)((int64_t)tap * axis->dilation / axis->stride);
}

INLINE int64_t slot_count(const staged_axis *staged) { return (int64_t)staged->parts * staged->length; }

/// In a list of sources: a slot that no tap reads.
#define CONV_UNREAD (-2)

/// Writes the input index of every slot, CONV_CONSTANT or CONV_UNREAD, for outputs from `first` on.
static inline void fill_sources(const conv_axis *axis, const staged_axis *staged, int32_t first, int32_t *source) {
  for (int64_t i = 0; i < slot_count(staged); i++) source[i] = CONV_UNREAD;
  for (int32_t k = 0; k < axis->kernel; k++) {
    int32_t *slots = source + (int64_t)part_of_tap(staged, axis, k) * staged->length + shift_of_tap(staged, axis, k);
    for (int32_t r = 0; r < staged->outputs; r++) slots[r] = tap_index(taps_of(axis, first + r), k);
  }
}

/// A stretch of slots whose sources lie a stride apart.
typedef struct {
  int32_t begin, end;
} slot_stretch;

/// The longest one of a part: all of it but what is near the border.
INLINE slot_stretch even_stretch(const int32_t *source, int32_t count, int32_t stride) {
  slot_stretch best = {0, 0};
  for (int32_t i = 0; i < count;) {
    const int32_t begin = i++;
    if (source[begin] < 0) continue;
    while (i < count && source[i] == source[i - 1] + stride) i++;
    if (i - begin > best.end - best.begin) best = (slot_stretch){begin, i};
  }
  return best;
}

/// The largest block of a problem: outputs and input channels that are staged together.
typedef struct {
  int32_t rows, columns, channels;
} block_size;

/// Floats of one staged channel.
INLINE int64_t staged_channel(const conv_problem *problem, const staged_axis *height, const staged_axis *width) {
  return problem->axis[0].kernel * slot_count(height) * slot_count(width);
}

INLINE int64_t staged_floats(const conv_problem *problem, int32_t rows, int32_t columns, int32_t channels) {
  const staged_axis height = staged_axis_of(&problem->axis[1], rows), width = staged_axis_of(&problem->axis[2], columns);
  return channels * staged_channel(problem, &height, &width);
}

/// What a block costs for each of its outputs: lanes spent on the slots between rows, and slots staged.
INLINE double block_cost(const conv_problem *problem, int32_t rows, int32_t columns) {
  const staged_axis width = staged_axis_of(&problem->axis[2], columns);
  return (double)width.length / columns + 0.3 * (double)staged_floats(problem, rows, columns, 1) / ((double)rows * columns);
}

/// Columns of a block that is cut along the width, and of the smallest one.
enum { BLOCK_COLUMNS = 32 };

/// The block of least cost whose `channels` staged channels fit the first-level cache, or a share of the second-level one
/// where that costs clearly less. Channels are split only where not even a few columns fit.
static inline block_size block_size_of(const conv_problem *problem, int32_t channels) {
  static const int64_t budgets[] = {24 * 1024 / sizeof(float), 320 * 1024 / sizeof(float)};
  const int32_t output_rows = problem->axis[1].output, output_columns = problem->axis[2].output;
  block_size best = {0, 0, channels};
  double least = 0;
  for (int level = 0; level < 2; level++)
    for (int32_t columns = output_columns;;) {
      int32_t rows = 0;
      for (int32_t step = output_rows; step > 0; step = step > 1 ? (step + 1) / 2 : 0)
        while (rows + step <= output_rows && staged_floats(problem, rows + step, columns, channels) <= budgets[level])
          rows += step;
      const double cost = rows > 0 ? block_cost(problem, rows, columns) * (level == 0 ? 1 : 1.05) : 0;
      if (rows > 0 && (best.rows == 0 || cost < least)) {
        least = cost;
        best.rows = rows;
        best.columns = columns;
      }
      if (columns <= BLOCK_COLUMNS) break;
      columns = (columns / 2 + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS * BLOCK_COLUMNS;
    }
  if (best.rows > 0 || output_rows == 0 || output_columns == 0) return best;
  best.rows = 1;
  best.columns = output_columns < BLOCK_COLUMNS ? output_columns : BLOCK_COLUMNS;
  const int64_t fitting = budgets[1] / staged_floats(problem, 1, best.columns, 1);
  best.channels = fitting < 1 ? 1 : fitting < channels ? (int32_t)fitting : channels;
  return best;
}

/// A staged block. The flat index of output (row, column) is row x pitch + column: for every tap, its sample lies at
/// flat index + the tap's offset.
typedef struct {
  int32_t depth, row, column;   ///< the first output
  staged_axis height, width;
  int32_t pitch, flat;          ///< floats from row to row; flat indices up to the last output
  int64_t channel;              ///< floats from one staged channel to the next
  int32_t *tap_offset;
  int32_t *rows, *columns;      ///< sources of height and width
  slot_stretch *even;           ///< of each part of the width
  float *samples;
} staged_block;

/// Floats beyond the last sample that a vector may read.
enum { SLACK = LANES };

/// Bytes of a block's memory.
INLINE size_t staged_block_bytes(const conv_problem *problem, block_size size) {
  if (size.rows == 0) return 0;
  const staged_axis height = staged_axis_of(&problem->axis[1], size.rows);
  const staged_axis width = staged_axis_of(&problem->axis[2], size.columns);
  return rounded((size_t)(size.channels * staged_channel(problem, &height, &width) + SLACK) * sizeof(float)) +
         rounded((size_t)tap_count(problem) * sizeof(int32_t)) + rounded((size_t)slot_count(&height) * sizeof(int32_t)) +
         rounded((size_t)slot_count(&width) * sizeof(int32_t)) + rounded((size_t)width.parts * sizeof(slot_stretch));
}

/// Lays a block out in `workspace`, for `rows` x `columns` outputs from its first on.
static inline staged_block staged_block_in(const conv_problem *problem, const int32_t first[3], int32_t rows,
                                           int32_t columns, void *workspace) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  staged_block block = {.depth = first[0], .row = first[1], .column = first[2]};
  block.height = staged_axis_of(height, rows);
  block.width = staged_axis_of(width, columns);
  block.pitch = block.width.length;
  block.flat = (rows - 1) * block.pitch + columns;
  block.channel = staged_channel(problem, &block.height, &block.width);
  char *at = workspace;
  block.tap_offset = (int32_t *)at;
  at += rounded((size_t)tap_count(problem) * sizeof(int32_t));
  block.rows = (int32_t *)at;
  at += rounded((size_t)slot_count(&block.height) * sizeof(int32_t));
  block.columns = (int32_t *)at;
  at += rounded((size_t)slot_count(&block.width) * sizeof(int32_t));
  block.even = (slot_stretch *)at;
  block.samples = (float *)(at + rounded((size_t)block.width.parts * sizeof(slot_stretch)));

  fill_sources(height, &block.height, block.row, block.rows);
  fill_sources(width, &block.width, block.column, block.columns);
  for (int32_t part = 0; part < block.width.parts; part++)
    block.even[part] = even_stretch(block.columns + (int64_t)part * block.pitch, block.pitch, width->stride);
  // Planes of samples: [depth tap][part of the height][part of the width], each [slot of the height][slot of the width].
  const int64_t plane = (int64_t)block.height.length * block.width.length;
  int32_t *offset = block.tap_offset;
  for (int32_t kd = 0; kd < depth->kernel; kd++)
    for (int32_t kh = 0; kh < height->kernel; kh++)
      for (int32_t kw = 0; kw < width->kernel; kw++) {
        const int64_t part = ((int64_t)kd * block.height.parts + part_of_tap(&block.height, height, kh)) *
                                 block.width.parts + part_of_tap(&block.width, width, kw);
        *offset++ = (int32_t)(part * plane + (int64_t)shift_of_tap(&block.height, height, kh) * block.pitch +
                              shift_of_tap(&block.width, width, kw));
      }
  return block;
}

/// One row of slots to be staged: part `part` of the width of one row of the input.
typedef struct {
  const float *input;      ///< the first sample of the row; NULL where the row lies outside
  float outside;           ///< what all of such a row reads, but where a column lies outside too
  const int32_t *columns;  ///< the source of each slot
  slot_stretch even;
  int64_t offset;          ///< of the first slot in a staged channel
} staged_row;

/// Stages all channels of one row of slots.
typedef void stage_row_function(const conv_problem *problem, const staged_block *block, const staged_row *row,
                                int32_t channels);

/// Stages `channels` channels whose first plane or sample is at `x`.
INLINE void stage_block(const conv_problem *problem, const staged_block *block, const float *x, int32_t channels,
                        stage_row_function *stage_row) {
  const conv_axis *depth = &problem->axis[0];
  int64_t offset = 0;
  for (int32_t kd = 0; kd < depth->kernel; kd++) {
    const int32_t z = tap_index(taps_of(depth, block->depth), kd);
    for (int32_t part = 0; part < block->height.parts; part++) {
      const int32_t *rows = block->rows + (int64_t)part * block->height.length;
      for (int32_t width_part = 0; width_part < block->width.parts; width_part++)
        for (int32_t r = 0; r < block->height.length; r++, offset += block->pitch) {
          const bool outside = z < 0 || rows[r] < 0;
          stage_row(problem, block,
                    &(staged_row){
                        .input = outside ? NULL : x + z * problem->x.axis[0] + rows[r] * problem->x.axis[1],
                        .outside = rows[r] < 0 ? problem->axis[1].constant[0] : depth->constant[0],
                        .columns = block->columns + (int64_t)width_part * block->width.length,
                        .even = block->even[width_part],
                        .offset = offset,
                    },
                    channels);
        }
    }
  }
  // Vectors read beyond the last slot what they do not use; it must not be slow to compute with.
  memset(block->samples + channels * block->channel, 0, SLACK * sizeof(float));
}
