// How the sums of a weight gradient are laid out, and cut: outputs into blocks, blocks into stretches, weights into
// parts. A block's products are summed in registers, blocks of a stretch are added one after the other, and stretches
// in a tree. Shapes and the batch alone decide on all that; only the parts, through which no sum goes, know of threads.
// Sums lie panel by panel of a tile's channels, or, where a vector goes across taps or outputs, row by row.
#pragma once

#include <math.h>

#include "winograd.h"

enum {
  /// Vectors of a tile at most, which then has fewer broadcasts, and its channels.
  MOST_VECTORS = PAIR_BROADCASTS > 0 ? 2 * TILE_VECTORS : TILE_VECTORS,
  TILE_CHANNELS = MOST_VECTORS * LANES,
  /// Vectors of output channels that are summed together where channels meet one by one.
  CHANNELWISE_VECTORS = 4,
  CHANNELWISE_CHANNELS = CHANNELWISE_VECTORS * LANES,
  /// Output pixels of a block, and floats of its input and of its patches at most.
  BLOCK_PIXELS = 112,
  CHANNELWISE_BLOCK_PIXELS = 64,
  BLOCK_FLOATS = 1 << 17,
  /// Stretches at most, blocks that one has at least, and floats of the sums of all stretches unless one takes more.
  MOST_STRETCHES = 16,
  STRETCH_BLOCKS = 8,
  STRETCH_FLOATS = 1 << 20,
  /// Sums of a part at most. Every part stages what it reads of a block, so that few large ones stage less.
  PART_FLOATS = 1 << 17,
  /// Tasks for each thread, so that threads end at the same time.
  TASKS_PER_THREAD = 4,
  /// The same of sums at Winograd's points: tiles of a block, sums of a part, tasks. Staging takes more, so parts are few
  /// and large.
  BLOCK_TILES = 64,
  WINOGRAD_PART_FLOATS = 1 << 19,
  WINOGRAD_TASKS_PER_THREAD = 2,
};

/// What a vector of sums runs over.
typedef enum {
  DENSE,      ///< input channels of one tap: a row of sums is [tap][channel], of one output channel
  WINOGRAD,   ///< likewise, of Winograd's points instead of taps
  PATCHED,    ///< likewise, but across taps: few channels have no vector of their own
  CHANNELWISE,  ///< output channels, each beside one input channel of its narrow group: a row of sums is [output
                ///< channel], of one tap and the n-th input channel of every group
} sum_order;

typedef struct {
  sum_order order;
  int32_t taps;            ///< that have sums, or points
  int32_t rows, tap;       ///< rows of sums; floats from tap to tap in one
  ptrdiff_t row;           ///< floats of one, whole vectors
  int32_t parts;           ///< of weights, of which a task has one
  int32_t input_parts;     ///< of input channels, each of which has several of output channels
  int32_t tile_outputs;    ///< output channels of a tile at most
  block_cut blocks;
  int32_t stretches;
} weight_cut;

INLINE int32_t whole_vectors(int32_t count) { return parts_of(count, LANES) * LANES; }

INLINE sum_order sum_order_of(const conv_problem *problem, int64_t images, bool exact_order) {
  const int32_t channels = problem->input_channels;
  if (problem->groups > 1 && problem->output_channels < LANES && 2 * channels <= LANES) return CHANNELWISE;
  if (!exact_order && suits_winograd(problem, images)) return WINOGRAD;
  return tap_count(problem) > 1 && 4 * channels < 3 * whole_vectors(channels) ? PATCHED : DENSE;
}

/// Whether a vector has channels of one tap or point, whose sums lie in panels.
INLINE bool has_panels(const weight_cut *cut) { return cut->order == DENSE || cut->order == WINOGRAD; }

/// Floats from one output channel's sums to the next one's, of the channels of x from the `channel`-th on.
INLINE ptrdiff_t sums_row(const weight_cut *cut, int32_t channel) {
  return has_panels(cut) ? least_of(cut->tap - channel, TILE_CHANNELS) : cut->row;
}

/// Where the sums of those channels begin, of output channel 0.
INLINE ptrdiff_t sums_begin(const weight_cut *cut, int32_t tap, int32_t channel) {
  const ptrdiff_t at = (ptrdiff_t)tap * cut->tap + channel;
  return has_panels(cut) ? at * cut->rows : at;
}

/// What parts are made of: an output channel, or a vector of them.
INLINE int32_t part_units(const weight_cut *cut) {
  return cut->order == CHANNELWISE ? (int32_t)(cut->row / LANES) : cut->rows;
}

/// Into how many parts of whole tiles input channels are cut, of `parts` in all: so that least is staged, as every part
/// of the outputs stages its inputs and the other way round.
INLINE int32_t input_parts_of(const conv_problem *problem, const weight_cut *cut, const output_block *block,
                              int32_t parts) {
  if (!has_panels(cut) || problem->groups > 1) return 1;
  const int32_t panels = parts_of(problem->input_channels, TILE_CHANNELS);
  const double inputs = image_inputs(problem, block) * (double)problem->input_channels;
  const double outputs = image_pixels(block) * (double)problem->output_channels;
  int32_t best = 1;
  double least = INFINITY;
  for (int32_t count = 1; count <= panels && count <= parts; count++) {
    const double staged = parts_of(parts, count) * inputs + count * outputs;
    if (panels % count != 0 || staged >= least) continue;
    least = staged;
    best = count;
  }
  return best;
}

/// What sums of an order are cut into: pixels or tiles of a block at most, blocks of a stretch at least, floats of a part
/// at most, tasks for each thread.
typedef struct {
  int32_t block_pixels, stretch_blocks, part_floats, tasks;
} cut_limits;

INLINE weight_cut weight_cut_of(const conv_problem *problem, int64_t images, int32_t threads, bool exact_order) {
  static const cut_limits limits_of[] = {
      [DENSE] = {BLOCK_PIXELS, STRETCH_BLOCKS, PART_FLOATS, TASKS_PER_THREAD},
      [WINOGRAD] = {BLOCK_TILES, 1, WINOGRAD_PART_FLOATS, WINOGRAD_TASKS_PER_THREAD},
      [PATCHED] = {BLOCK_PIXELS, STRETCH_BLOCKS, PART_FLOATS, TASKS_PER_THREAD},
      [CHANNELWISE] = {CHANNELWISE_BLOCK_PIXELS, STRETCH_BLOCKS, PART_FLOATS, TASKS_PER_THREAD},
  };
  const int32_t channels = problem->input_channels;
  weight_cut cut = {.order = sum_order_of(problem, images, exact_order)};
  const cut_limits limits = limits_of[cut.order];
  const bool is_winograd = cut.order == WINOGRAD;
  cut.taps = is_winograd ? POINTS : tap_count(problem);
  if (cut.order == CHANNELWISE) {
    cut.rows = cut.taps * channels;
    cut.row = whole_vectors(problem->groups * problem->output_channels);
  } else {
    cut.rows = problem->groups * problem->output_channels;
    cut.tap = has_panels(&cut) ? whole_vectors(channels) : channels;
    cut.row = whole_vectors(cut.taps * cut.tap);
  }
  const int32_t beside = cut.order == CHANNELWISE ? problem->output_channels : 1;
  output_block block;
  const int64_t samples = (int64_t)problem->groups * channels * beside;
  const ptrdiff_t patch = cut.order == PATCHED ? cut.row : 0;
  for (int32_t pixels = limits.block_pixels;; pixels /= 2) {
    cut.blocks = cut_blocks(problem, is_winograd ? TILE_OUTPUTS : 1, images, pixels);
    block = largest_block(&cut.blocks, problem, images);
    const int64_t inputs = block.images * image_inputs(problem, &block) * samples;
    if (pixels == 1 || is_winograd || (inputs <= BLOCK_FLOATS && block_pixels(&block) * patch <= BLOCK_FLOATS)) break;
  }
  const int64_t sums = cut.rows * (int64_t)cut.row;
  const int64_t most_stretches = clamped(cut.blocks.count / limits.stretch_blocks, 1, MOST_STRETCHES);
  cut.stretches = clamped(STRETCH_FLOATS / sums, 1, most_stretches);
  const int64_t by_size = sums / limits.part_floats, by_threads = parts_of(limits.tasks * threads, cut.stretches);
  const int32_t parts = clamped(by_size > by_threads ? by_size : by_threads, 1, 1 << 20);
  const bool wide = MOST_VECTORS > TILE_VECTORS && sums_row(&cut, 0) > TILE_VECTORS * LANES;
  cut.tile_outputs = wide ? PAIR_BROADCASTS : TILE_BROADCASTS;
  cut.input_parts = input_parts_of(problem, &cut, &block, parts);
  cut.parts = cut.input_parts * least_of(parts_of(parts, cut.input_parts), part_units(&cut));
  return cut;
}

/// Output channels, all groups in one count, and the groups that they are of; of each group, input channels.
typedef struct {
  int32_t first_output, end_output, first_group, end_group, first_input, end_input;
} weight_part;

INLINE int32_t output_parts(const weight_cut *cut) { return cut->parts / cut->input_parts; }

INLINE weight_part weight_part_at(const weight_cut *cut, const conv_problem *problem, int32_t index) {
  const int32_t unit = cut->order == CHANNELWISE ? LANES : 1, outputs = problem->output_channels;
  const int32_t parts = output_parts(cut), part_index = index / cut->input_parts, input = index % cut->input_parts;
  const int32_t first = unit * part_begin(part_units(cut), parts, part_index);
  const int32_t end = unit * part_begin(part_units(cut), parts, part_index + 1);
  const int32_t inputs = parts_of(problem->input_channels, cut->input_parts * TILE_CHANNELS) * TILE_CHANNELS;
  weight_part part = {.first_output = first, .end_output = least_of(end, problem->groups * outputs)};
  part.first_group = first / outputs;
  part.end_group = parts_of(part.end_output, outputs);
  part.first_input = input * inputs;
  part.end_input = least_of(part.first_input + inputs, problem->input_channels);
  return part;
}

/// Output channels of a part at most.
INLINE int32_t most_part_outputs(const weight_cut *cut) {
  return parts_of(part_units(cut), output_parts(cut)) * (cut->order == CHANNELWISE ? LANES : 1);
}
