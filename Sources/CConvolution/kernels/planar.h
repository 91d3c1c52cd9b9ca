// Convolution on staged planes: a vector runs over outputs that are side by side in a block, a tile is a panel of outputs x
// as many vectors as the registers hold sums for, and weights are broadcast. Sums go to a strip of planes in the workspace,
// which the layout's family finishes. Packed weights: [panel][input channel][tap][output channel].
#define PANEL_CHANNELS TILE_BROADCASTS
#include "activation.h"
#include "broadcast_weights.h"
#include "staged_block.h"
#include "store.h"
#include "tile_sizes.h"

enum { MOST_VECTORS = 8 };

/// Vectors of a tile of so many outputs: the sums, the smaller side of the operands and one of the other fit the
/// registers, which are four more than the sums of a full tile.
INLINE int tile_vectors(const int outputs) {
  const int registers = TILE_BROADCASTS * TILE_VECTORS + 4;
  int vectors = MOST_VECTORS;
  while (vectors > 1 && outputs * vectors + (outputs < vectors ? outputs : vectors) + 1 > registers) vectors--;
  return vectors;
}

/// Where a vector of sums goes in a channel of y: to outputs of one row, and on to those of the next.
typedef struct {
  ptrdiff_t output[2];        ///< of lane 0
  uint32_t lanes[2];          ///< bits of the lanes that are outputs of that row
} vector_place;

typedef struct {
  const float *samples;       ///< of the tile's first output
  int64_t channel;            ///< floats from one staged channel to the next
  int32_t channels, taps;
  const int32_t *tap_offset;
  const float *weights;
  bool continues;             ///< adds to the sums in `sums`
  float *sums;                ///< [output][strip]
  int64_t strip;
  const vector_place *places; ///< if not NULL, of outputs that are stored straight away
  const float *bias, *residual;
  float *y;                   ///< the first output channel, as residual
  ptrdiff_t output_channel;
  const conv_activation *activation;
} plane_tile;

INLINE void plane_microkernel(const int outputs, const int vectors, const plane_tile *t) {
  vec sum[TILE_BROADCASTS][MOST_VECTORS];
  UNROLL for (int m = 0; m < outputs; m++) UNROLL for (int v = 0; v < vectors; v++) sum[m][v] = v_zero();
  if (t->continues)
    UNROLL for (int m = 0; m < outputs; m++) UNROLL for (int v = 0; v < vectors; v++) sum[m][v] =
        v_load(t->sums + m * t->strip + v * LANES);

  const float *plane = t->samples, *weights = t->weights;
  for (int32_t c = 0; c < t->channels; c++, plane += t->channel)
    for (int32_t tap = 0; tap < t->taps; tap++, weights += outputs) {
      const float *samples = plane + t->tap_offset[tap];
      // The smaller side stays in registers.
      if (vectors <= outputs) {
        vec x[MOST_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) x[v] = v_load(samples + v * LANES);
        UNROLL for (int m = 0; m < outputs; m++) {
          const vec w = v_set(weights[m]);
          UNROLL for (int v = 0; v < vectors; v++) sum[m][v] = v_fma(w, x[v], sum[m][v]);
        }
      } else {
        vec w[TILE_BROADCASTS];
        UNROLL for (int m = 0; m < outputs; m++) w[m] = v_set(weights[m]);
        UNROLL for (int v = 0; v < vectors; v++) {
          const vec x = v_load(samples + v * LANES);
          UNROLL for (int m = 0; m < outputs; m++) sum[m][v] = v_fma(w[m], x, sum[m][v]);
        }
      }
    }

  if (!t->places) {
    UNROLL for (int m = 0; m < outputs; m++) UNROLL for (int v = 0; v < vectors; v++)
        v_store(t->sums + m * t->strip + v * LANES, sum[m][v]);
    return;
  }
  const output_bounds bounds = bounds_of(t->activation);
  UNROLL for (int v = 0; v < vectors; v++) for (int row = 0; row < 2 && t->places[v].lanes[row] != 0; row++) {
    const vmask mask = v_mask(t->places[v].lanes[row]);
    const ptrdiff_t at = t->places[v].output[row];
    UNROLL for (int m = 0; m < outputs; m++) {
      const ptrdiff_t channel = at + m * t->output_channel;
      store_output(bounds, sum[m][v], v_set(t->bias[m]), t->residual ? t->residual + channel : NULL, t->y + channel,
                   false, mask);
    }
  }
}

/// Sums of `vectors` vectors: in full tiles, in one of half the size and in single vectors.
INLINE void sum_strip(const int outputs, plane_tile *t, int32_t vectors) {
  const int full = tile_vectors(outputs), half = (full + 1) / 2;
  while (vectors > 0) {
    int done = 1;
    if (vectors >= full) {
      plane_microkernel(outputs, full, t);
      done = full;
    } else if (vectors >= half) {
      plane_microkernel(outputs, half, t);
      done = half;
    } else {
      plane_microkernel(outputs, 1, t);
    }
    t->samples += done * LANES;
    t->sums += done * LANES;
    if (t->places) t->places += done;
    vectors -= done;
  }
}

#define STRIP(m) \
  static void strip_##m(plane_tile *t, int32_t vectors) { sum_strip(m, t, vectors); }
#define ROW(m) strip_##m,
TILE_SIZES(STRIP)
static void (*const strips[TILE_BROADCASTS])(plane_tile *, int32_t) = {TILE_SIZES(ROW)};

/// Bits of the lanes 0..<count.
INLINE uint32_t lane_bits_below(int32_t count) {
  return count >= LANES ? (uint32_t)((1ull << LANES) - 1) : (1u << count) - 1;
}

/// Vectors of a strip, a multiple of most tiles', where its sums fit the first-level cache; and fewer where they do not,
/// but enough for the smallest block.
INLINE int32_t strip_vectors(int32_t outputs) {
  int32_t vectors = 24;
  while (vectors > 6 && vectors / 2 * LANES >= BLOCK_COLUMNS &&
         (int64_t)outputs * vectors * LANES * (int64_t)sizeof(float) > 24 * 1024)
    vectors /= 2;
  return vectors;
}

/// A stretch of outputs of one row, with the sums of a range of output channels.
typedef struct {
  const float *sums;
  int64_t strip;                ///< floats from one channel's sums to the next
  int32_t channel, channels;    ///< the first of all groups' output channels
  ptrdiff_t output;             ///< of the first output in a channel of y
  int32_t outputs;
} finished_stretch;

/// Bias, residual and activation, and the way to y.
typedef void finish_function(const conv_problem *problem, const conv_operands *image, const finished_stretch *stretch);

/// The stretches of the outputs at the flat indices first..<end of a block, whose sums begin at that of `first`.
INLINE void finish_strip(const conv_problem *problem, const conv_operands *image, const staged_block *block,
                         finished_stretch stretch, int32_t first, int32_t end, finish_function *finish) {
  const float *sums = stretch.sums;
  int32_t row = first / block->pitch, column = first % block->pitch;
  for (int32_t at = first; at < end; row++, column = 0) {
    const int32_t left = least_of(block->width.outputs - column, end - at);
    if (left > 0) {
      stretch.sums = sums + (at - first);
      stretch.output = block->depth * problem->y.axis[0] + (block->row + row) * problem->y.axis[1] +
                       (block->column + column) * problem->y.axis[2];
      stretch.outputs = left;
      finish(problem, image, &stretch);
    }
    at += block->pitch - column;
  }
}

/// Places of all vectors of a block whose rows are at least as long as a vector.
static inline void fill_places(const conv_problem *problem, const staged_block *block, vector_place *places) {
  const ptrdiff_t corner = block->depth * problem->y.axis[0] + block->row * problem->y.axis[1] +
                           block->column * problem->y.axis[2];
  int32_t row = 0, column = 0;
  for (int32_t at = 0; at < block->flat; at += LANES, places++) {
    // The first lane of the next row, beyond the slots that are no outputs.
    const int32_t next = block->pitch - column, left = block->width.outputs - column;
    const uint32_t first = left > 0 ? lane_bits_below(left) : 0;
    const uint32_t second = row + 1 < block->height.outputs
                                ? lane_bits_below(next + block->width.outputs) & ~lane_bits_below(next) : 0;
    const ptrdiff_t output[2] = {corner + row * problem->y.axis[1] + column,
                                 corner + (row + 1) * problem->y.axis[1] - next};
    *places = (vector_place){{output[first == 0], output[1]}, {first ? first : second, first ? second : 0}};
    column += LANES;
    if (column >= block->pitch) {
      column -= block->pitch;
      row++;
    }
  }
}

/// How a family walks: groups that are staged together, and what depends on the layout.
typedef struct {
  int32_t groups;
  bool stores_lanes;  ///< lanes of sums lie side by side in y
  stage_row_function *stage_row;
  finish_function *finish;
} planar_layout;

INLINE int32_t staged_channels(const conv_problem *problem, int32_t groups) {
  return problem->input_channels * least_of(groups, problem->groups);
}

INLINE int32_t staged_outputs(const conv_problem *problem, int32_t groups) {
  return problem->output_channels * least_of(groups, problem->groups);
}

INLINE size_t strip_bytes(const conv_problem *problem, int32_t groups) {
  const int32_t outputs = staged_outputs(problem, groups);
  return rounded(((size_t)outputs * strip_vectors(outputs) + 1) * LANES * sizeof(float));
}

INLINE size_t places_bytes(const conv_problem *problem, block_size size) {
  if (size.rows == 0) return 0;
  const int64_t pitch = staged_axis_of(&problem->axis[2], size.columns).length;
  return rounded((size_t)(size.rows * pitch / LANES + 1) * sizeof(vector_place));
}

INLINE size_t planar_workspace_bytes(const conv_problem *problem, int32_t groups) {
  const block_size size = block_size_of(problem, staged_channels(problem, groups));
  return strip_bytes(problem, groups) + places_bytes(problem, size) + staged_block_bytes(problem, size);
}

/// The first output channel of a panel, of all groups'.
INLINE int32_t panel_channel(const conv_problem *problem, int32_t panel) {
  const int32_t panels = group_panels(problem->output_channels);
  return panel / panels * problem->output_channels + panel_begin(problem->output_channels, panel % panels);
}

/// Computes the panels first..<end, of groups that are staged together, on one block.
INLINE void run_panels(const conv_problem *problem, const conv_operands *image, const staged_block *block, int32_t first,
                       int32_t end, int32_t channels_at_once, float *sums, const vector_place *places,
                       const planar_layout *layout) {
  const int32_t panels = group_panels(problem->output_channels), taps = tap_count(problem);
  const int32_t inputs = problem->input_channels, outputs = problem->output_channels;
  const int32_t first_group = first / panels, groups = (end - 1) / panels + 1 - first_group;
  const int32_t vectors = strip_vectors(staged_outputs(problem, layout->groups));
  const int64_t strip = (int64_t)vectors * LANES, filter = (int64_t)inputs * taps;
  const bool split = channels_at_once < groups * inputs;
  finished_stretch stretch = {.sums = sums, .strip = strip, .channel = panel_channel(problem, first)};
  stretch.channels = panel_channel(problem, end - 1) - stretch.channel + panel_begin(outputs, (end - 1) % panels + 1) -
                     panel_begin(outputs, (end - 1) % panels);

  for (int32_t c = 0; c < inputs; c += split ? channels_at_once : inputs) {
    const int32_t channels = split ? least_of(channels_at_once, inputs - c) : groups * inputs;
    stage_block(problem, block, image->x + ((ptrdiff_t)first_group * inputs + c) * problem->x.channel, channels,
                layout->stage_row);
    for (int32_t at = 0; at < block->flat; at += (int32_t)strip) {
      const int32_t last = least_of(at + (int32_t)strip, block->flat);
      for (int32_t panel = first; panel < end; panel++) {
        const int32_t channel = panel_channel(problem, panel), index = panel % panels;
        const int32_t width = panel_begin(outputs, index + 1) - panel_begin(outputs, index);
        plane_tile tile = {
            .samples = block->samples + (split ? 0 : (panel / panels - first_group) * inputs * block->channel) + at,
            .channel = block->channel,
            .channels = split ? channels : inputs,
            .taps = taps,
            .tap_offset = block->tap_offset,
            .weights = image->packed + channel * filter + (int64_t)c * taps * width,
            .continues = c > 0,
            .sums = sums + (channel - stretch.channel) * strip,
            .strip = strip,
            .places = places ? places + at / LANES : NULL,
            .bias = image->bias + channel,
            .residual = image->residual ? image->residual + channel * problem->y.channel : NULL,
            .y = image->y + channel * problem->y.channel,
            .output_channel = problem->y.channel,
            .activation = &problem->activation,
        };
        strips[width - 1](&tile, (last - at + LANES - 1) / LANES);
      }
      if (!places && (!split || c + channels == inputs))
        finish_strip(problem, image, block, stretch, at, last, layout->finish);
    }
  }
}

/// Runs a task block by block, the groups that are staged together one after the other.
INLINE void run_planar(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace,
                       const planar_layout *layout) {
  const int32_t channels = staged_channels(problem, layout->groups);
  const block_size size = block_size_of(problem, channels);
  const bool split = size.channels < channels;
  const bool direct = layout->stores_lanes && !split && problem->activation.kind == CONV_CLIP;
  float *sums = workspace;
  vector_place *places = (vector_place *)((char *)workspace + strip_bytes(problem, layout->groups));
  void *block_memory = (char *)places + places_bytes(problem, size);
  const int32_t panels = group_panels(problem->output_channels) * (split ? 1 : layout->groups);
  for (int32_t d = task->first[0]; d < task->end[0]; d++)
    for (int32_t h = task->first[1]; h < task->end[1]; h += size.rows)
      for (int32_t w = task->first[2]; w < task->end[2]; w += size.columns) {
        const staged_block block =
            staged_block_in(problem, (int32_t[]){d, h, w}, least_of(size.rows, task->end[1] - h),
                            least_of(size.columns, task->end[2] - w), block_memory);
        const bool has_places = direct && block.pitch >= LANES;
        if (has_places) fill_places(problem, &block, places);
        for (int32_t first = task->first_panel, end; first < task->end_panel; first = end) {
          end = least_of(first - first % panels + panels, task->end_panel);
          run_panels(problem, image, &block, first, end, size.channels, sums, has_places ? places : NULL, layout);
        }
      }
}
