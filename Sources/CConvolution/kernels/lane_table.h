// Where a tile of consecutive output pixels finds its input in a channels-first plane: one source a tap and vector.
#include "problem.h"

#define ALL_LANES ((uint32_t)((1ull << LANES) - 1))

enum { TABLE_LANES = LANE_VECTORS * LANES };

/// A vector of indices, one a lane, and a bit a lane.
typedef int32_t lane_indices __attribute__((ext_vector_type(LANES)));
typedef bool lane_bits __attribute__((ext_vector_type(LANES)));

INLINE lane_indices lane_numbers(void) {
  lane_indices numbers;
  UNROLL for (int l = 0; l < LANES; l++) numbers[l] = l;
  return numbers;
}

INLINE lane_indices load_indices(const int32_t *from) {
  lane_indices indices;
  __builtin_memcpy(&indices, from, sizeof indices);
  return indices;
}

INLINE void store_indices(int32_t *to, lane_indices indices) { __builtin_memcpy(to, &indices, sizeof indices); }

/// The lanes that are not negative.
INLINE uint32_t lanes_with_sample(lane_indices indices) {
  const lane_bits bits = __builtin_convertvector(indices >= 0, lane_bits);
  uint32_t lanes = 0;
  __builtin_memcpy(&lanes, &bits, sizeof bits);
  return lanes & ALL_LANES;
}

/// How the lanes of a vector lie in the input.
typedef enum {
  LANES_COMPLETE,   ///< lane i reads `offset + i`
  LANES_ZEROS,      ///< so do those of `lanes`; the others read 0
  LANES_ALTERNATE,  ///< lane i of `lanes` reads `offset + 2 i`; the others read 0
  LANES_SCATTERED,  ///< lane i of `lanes` reads `index[i]`; the others read `otherwise`
} lane_pattern;

/// What the lanes of one vector read for one tap, as offsets from a channel's first sample.
typedef struct {
  lane_pattern pattern;
  int32_t offset;
  uint32_t lanes;  ///< bits of the lanes that read a sample
} lane_source;

/// The same lane by lane, for LANES_SCATTERED.
typedef struct {
  int32_t index[LANES];    ///< negative where no sample is read
  float otherwise[LANES];  ///< what is read instead
} lane_details;

/// A tile of up to LANE_VECTORS vectors, each of up to LANES outputs that are consecutive in memory.
typedef struct {
  int32_t vectors;
  int32_t pixels[LANE_VECTORS];
  ptrdiff_t output[LANE_VECTORS];  ///< offset of each vector's first pixel in y
  lane_source *sources;            ///< [tap][LANE_VECTORS]
  lane_details *details;           ///< likewise
  int32_t *columns;                ///< [kw][TABLE_LANES], scratch
} lane_table;

/// Where a walk over a task's rectangle has come to.
typedef struct {
  int32_t next, end;  ///< pixels of the rectangle, row by row
  int32_t stretch;    ///< pixels after which a vector must end: a row, a plane or all of the rectangle
} lane_walk;

/// Vectors run across rows where the rows are consecutive in memory, unless the planner keeps them within rows.
INLINE lane_walk lane_walk_over(const conv_problem *problem, const conv_task *task) {
  const int32_t depth = task->end[0] - task->first[0], height = task->end[1] - task->first[1],
                width = task->end[2] - task->first[2];
  lane_walk walk = {.end = depth * height * width, .stretch = width};
  if (!problem->vectors_within_rows && width == problem->axis[2].output) {
    walk.stretch *= height;
    if (height == problem->axis[1].output) walk.stretch *= depth;
  }
  return walk;
}

INLINE size_t lane_table_bytes(const conv_problem *problem) {
  return (size_t)tap_count(problem) * LANE_VECTORS * (sizeof(lane_source) + sizeof(lane_details)) +
         (size_t)problem->axis[2].kernel * LANE_VECTORS * LANES * sizeof(int32_t);
}

INLINE lane_table lane_table_in(const conv_problem *problem, void *workspace) {
  const size_t sources = (size_t)tap_count(problem) * LANE_VECTORS;
  lane_table table = {.details = workspace};
  table.sources = (lane_source *)(table.details + sources);
  table.columns = (int32_t *)(table.sources + sources);
  return table;
}

/// Whether every lane that reads a sample reads `offset + step i`.
INLINE bool lanes_step_by(lane_indices index, int32_t offset, int32_t step) {
  // A comparison that holds is all bits, which is negative.
  return lanes_with_sample((index >= 0) & (index != offset + step * lane_numbers())) == ALL_LANES;
}

/// Names the pattern of `index`. With `alternate`, a vector that could be either is LANES_ALTERNATE. Lanes that read no
/// sample may read 0 if none of them is among `needed`, or with `zeros`.
INLINE lane_source lane_source_of(lane_indices index, uint32_t needed, const bool alternate, const bool zeros) {
  lane_source source = {LANES_SCATTERED, 0, lanes_with_sample(index)};
  if ((needed & ~source.lanes) && !zeros) return source;
  const int first = source.lanes ? __builtin_ctz(source.lanes) : 0, step = alternate ? 2 : 1;
  const int32_t offset = source.lanes ? index[first] - step * first : 0;
  if (!lanes_step_by(index, offset, step)) return source;
  source.offset = offset;
  source.pattern = alternate ? LANES_ALTERNATE : source.lanes == ALL_LANES ? LANES_COMPLETE : LANES_ZEROS;
  return source;
}

/// Outputs of a vector that lie in one row.
typedef struct {
  lane_indices mask;  ///< all bits of its lanes
  tap_row depth, height;
} lane_piece;

INLINE int32_t within(int32_t value, int32_t least, int32_t most) {
  return value < least ? least : value > most ? most : value;
}

/// What each tap along the width reads for `count` outputs from `first` on: columns[kw][TABLE_LANES]. Says whether all of
/// them lie inside.
INLINE bool fill_columns(const conv_axis *width, int32_t first, int32_t count, int32_t *columns) {
  const int32_t begin = within(width->inside_begin - first, 0, count);
  const int32_t end = within(width->inside_end - first, begin, count);
  for (int32_t l = begin > 0 ? 0 : end; l < count; l = l + 1 == begin ? end : l + 1) {
    const tap_row taps = taps_of(width, first + l);
    for (int32_t kw = 0; kw < width->kernel; kw++) columns[kw * TABLE_LANES + l] = tap_index(taps, kw);
  }
  for (int32_t kw = 0; kw < width->kernel; kw++) {
    const int32_t start = first_tap(width, first) + width->map[kw];
    for (int32_t l = begin; l < end; l++) columns[kw * TABLE_LANES + l] = start + l * width->stride;
  }
  return begin == 0 && end == count;
}

/// Whether outputs lie as the samples do that they are computed from: one tap, no stride, no border.
INLINE bool is_pointwise(const conv_problem *problem) {
  bool alike = tap_count(problem) == 1;
  for (int axis = 0; axis < 3; axis++) {
    const conv_axis *a = &problem->axis[axis];
    alike &= a->stride == 1 && a->before == 0 && a->input == a->output;
  }
  return alike;
}

/// Sources of the vector `v`, whose outputs are `pieces`. With `straight` they are one whole piece, and the samples of
/// each tap are side by side.
INLINE void fill_sources(lane_table *table, const conv_problem *problem, int32_t v, const lane_piece *pieces,
                         int32_t count, const bool straight) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const bool zeros = has_zero_constants(problem);
  const uint32_t needed = ALL_LANES >> (LANES - table->pixels[v]);
  int32_t tap = 0;
  for (int32_t kd = 0; kd < depth->kernel; kd++) {
    for (int32_t kh = 0; kh < height->kernel; kh++) {
      lane_indices row = CONV_CONSTANT, height_constant = 0;
      for (const lane_piece *piece = pieces; piece < pieces + count; piece++) {
        const int32_t z = tap_index(piece->depth, kd), i = tap_index(piece->height, kh);
        const int32_t start = (z | i) < 0 ? CONV_CONSTANT : (z * height->input + i) * width->input;
        row = (piece->mask & start) | (~piece->mask & row);
        if (i < 0) height_constant |= piece->mask;
      }
      for (int32_t kw = 0; kw < width->kernel; kw++, tap++) {
        lane_source *source = table->sources + tap * LANE_VECTORS + v;
        const lane_indices column = load_indices(table->columns + kw * TABLE_LANES + v * LANES);
        if (straight && row[0] >= 0) {
          *source = (lane_source){LANES_COMPLETE, row[0] + column[0], ALL_LANES};
        } else {
          lane_details *details = table->details + tap * LANE_VECTORS + v;
          // The sign of either becomes all bits: CONV_CONSTANT.
          const lane_indices index = (row + column) | ((row | column) >> 31);
          *source = lane_source_of(index, needed, width->stride == 2, zeros);
          if (source->pattern == LANES_SCATTERED) {
            store_indices(details->index, index);
            for (int32_t l = 0; l < LANES; l++)
              details->otherwise[l] = column[l] < 0 ? width->constant[0]
                                      : height_constant[l] ? height->constant[0] : depth->constant[0];
          }
        }
      }
    }
  }
}

/// Fills the table with the next tile of the walk.
static inline void lane_table_fill(lane_table *table, const conv_problem *problem, const conv_task *task,
                                   lane_walk *walk) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const int32_t rows = task->end[1] - task->first[1], columns = task->end[2] - task->first[2];
  const bool pointwise = is_pointwise(problem);
  for (table->vectors = 0; table->vectors < LANE_VECTORS && walk->next < walk->end; table->vectors++) {
    const int32_t v = table->vectors, left = walk->stretch - walk->next % walk->stretch;
    const int32_t pixels = left < LANES ? left : LANES;
    int32_t w = walk->next % columns, h = walk->next / columns % rows, d = walk->next / columns / rows;
    table->pixels[v] = pixels;
    table->output[v] = (task->first[0] + d) * problem->y.axis[0] + (task->first[1] + h) * problem->y.axis[1] +
                       (task->first[2] + w) * problem->y.axis[2];
    walk->next += pixels;
    if (pointwise) {
      table->sources[v] = (lane_source){pixels == LANES ? LANES_COMPLETE : LANES_ZEROS, (int32_t)table->output[v],
                                        ALL_LANES >> (LANES - pixels)};
      continue;
    }
    lane_piece pieces[LANES];
    int32_t count = 0;
    bool inside = true;
    for (int32_t l = 0; l < pixels; w = 0, count++) {
      const int32_t length = pixels - l < columns - w ? pixels - l : columns - w;
      pieces[count] = (lane_piece){(lane_numbers() >= l) & (lane_numbers() < l + length),
                                   taps_of(depth, task->first[0] + d), taps_of(height, task->first[1] + h)};
      inside &= fill_columns(width, task->first[2] + w, length, table->columns + v * LANES + l);
      l += length;
      if (++h == rows) {
        h = 0;
        d++;
      }
    }
    for (int32_t kw = 0; kw < width->kernel; kw++)
      for (int32_t l = pixels; l < LANES; l++) table->columns[kw * TABLE_LANES + v * LANES + l] = CONV_CONSTANT;
    const bool straight = inside && count == 1 && pixels == LANES && width->stride == 1;
    fill_sources(table, problem, v, pieces, count, straight);
  }
}

/// What vector `v` reads for a tap in the plane that begins at `x`.
INLINE vec lane_load(const lane_table *table, int32_t tap, int32_t v, const float *x) {
  const lane_source *source = table->sources + tap * LANE_VECTORS + v;
  const lane_details *details = table->details + tap * LANE_VECTORS + v;
  switch (source->pattern) {
    case LANES_COMPLETE: return v_load(x + source->offset);
    case LANES_ZEROS: return v_load_masked(x + source->offset, v_mask(source->lanes), v_zero());
    case LANES_ALTERNATE: return v_load_alternate(x + source->offset, source->lanes);
    case LANES_SCATTERED: return v_gather(x, details->index, v_mask(source->lanes), v_load(details->otherwise));
  }
}
