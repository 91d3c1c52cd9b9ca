// Where a tile of consecutive output pixels finds its input in a channels-first plane: one source a tap and vector.
#include "problem.h"

#define ALL_LANES ((uint32_t)((1ull << LANES) - 1))

/// How the lanes of a vector lie in the input.
typedef enum {
  LANES_COMPLETE,   ///< lane i reads `offset + i`
  LANES_ZEROS,      ///< so do those of `lanes`; the others read 0
  LANES_ALTERNATE,  ///< lane i of `lanes` reads `offset + 2 i`; the others read 0
  LANES_SCATTERED,  ///< lane i of `lanes` reads `index[i]`; the others read `otherwise`
} lane_pattern;

/// The pattern that both can be read as.
INLINE lane_pattern common_pattern(lane_pattern a, lane_pattern b) {
  return a == b ? a : a <= LANES_ZEROS && b <= LANES_ZEROS ? LANES_ZEROS : LANES_SCATTERED;
}

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
  lane_pattern common[LANE_VECTORS];  ///< what each vector can be read as for every tap
  int32_t *columns;                ///< [kw][LANE_VECTORS * LANES], scratch
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
INLINE bool lanes_step_by(const int32_t *index, int32_t offset, int32_t step) {
  bool all = true;
  for (int l = 0; l < LANES; l++) all &= index[l] < 0 || index[l] == offset + step * l;
  return all;
}

/// Names the pattern of `index`. With `alternate`, a vector that could be either is LANES_ALTERNATE; with `zeros`, lanes
/// that read no sample read 0.
INLINE lane_source lane_source_of(const int32_t *index, const bool alternate, const bool zeros) {
  lane_source source = {LANES_SCATTERED, 0, 0};
  for (int l = 0; l < LANES; l++) source.lanes |= (uint32_t)(index[l] >= 0) << l;
  if (source.lanes != ALL_LANES && !zeros) return source;
  const int first = source.lanes ? __builtin_ctz(source.lanes) : 0, step = alternate ? 2 : 1;
  const int32_t offset = source.lanes ? index[first] - step * first : 0;
  if (!lanes_step_by(index, offset, step)) return source;
  source.offset = offset;
  source.pattern = alternate ? LANES_ALTERNATE : source.lanes == ALL_LANES ? LANES_COMPLETE : LANES_ZEROS;
  return source;
}

/// Fills the table with the next tile of the walk.
static inline void lane_table_fill(lane_table *table, const conv_problem *problem, const conv_task *task,
                                   lane_walk *walk) {
  enum { LIMIT = LANE_VECTORS * LANES };
  const bool zeros = has_zero_constants(problem);
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const int32_t rows = task->end[1] - task->first[1], columns = task->end[2] - task->first[2];
  tap_row depth_taps[LIMIT], height_taps[LIMIT];
  // Full vectors within one row of outputs, whose taps lie side by side along the row: the common case, found once for
  // all rows of taps.
  bool in_row[LANE_VECTORS];

  for (table->vectors = 0; table->vectors < LANE_VECTORS && walk->next < walk->end; table->vectors++) {
    const int32_t v = table->vectors, left = walk->stretch - walk->next % walk->stretch;
    const int32_t pixels = left < LANES ? left : LANES;
    int32_t w = walk->next % columns, h = walk->next / columns % rows, d = walk->next / columns / rows;
    table->pixels[v] = pixels;
    table->output[v] = (task->first[0] + d) * problem->y.axis[0] + (task->first[1] + h) * problem->y.axis[1] +
                       (task->first[2] + w) * problem->y.axis[2];
    in_row[v] = pixels == LANES && w + LANES <= columns;
    walk->next += pixels;
    for (int32_t l = v * LANES; l < v * LANES + pixels; l++) {
      depth_taps[l] = taps_of(depth, task->first[0] + d);
      height_taps[l] = taps_of(height, task->first[1] + h);
      const tap_row taps = taps_of(width, task->first[2] + w);
      for (int32_t kw = 0; kw < width->kernel; kw++) table->columns[kw * LIMIT + l] = tap_index(taps, kw);
      if (++w == columns) {
        w = 0;
        if (++h == rows) {
          h = 0;
          d++;
        }
      }
    }
    for (int32_t kw = 0; kw < width->kernel; kw++) {
      int32_t *column = table->columns + kw * LIMIT + v * LANES;
      for (int32_t l = pixels; l < LANES; l++) column[l] = CONV_CONSTANT;
      for (int32_t l = 0; l < LANES && in_row[v]; l++) in_row[v] = column[l] >= 0 && column[l] == column[0] + l;
    }
  }

  for (int32_t kd = 0; kd < depth->kernel; kd++) {
    for (int32_t kh = 0; kh < height->kernel; kh++) {
      for (int32_t v = 0; v < table->vectors; v++) {
        int32_t row[LANES];
        float row_constant[LANES];
        for (int32_t l = 0; l < LANES; l++) {
          const bool exists = l < table->pixels[v];
          const int32_t z = exists ? tap_index(depth_taps[v * LANES + l], kd) : CONV_CONSTANT;
          const int32_t i = exists ? tap_index(height_taps[v * LANES + l], kh) : CONV_CONSTANT;
          row[l] = (z | i) < 0 ? CONV_CONSTANT : (z * height->input + i) * width->input;
          row_constant[l] = i < 0 ? height->constant[0] : depth->constant[0];
        }
        for (int32_t kw = 0; kw < width->kernel; kw++) {
          const int32_t tap = (kd * height->kernel + kh) * width->kernel + kw;
          lane_source *source = table->sources + tap * LANE_VECTORS + v;
          lane_details *details = table->details + tap * LANE_VECTORS + v;
          const int32_t *column = table->columns + kw * LIMIT + v * LANES;
          if (in_row[v] && row[0] >= 0) {
            *source = (lane_source){LANES_COMPLETE, row[0] + column[0], ALL_LANES};
          } else {
            for (int32_t l = 0; l < LANES; l++) {
              details->index[l] = (row[l] | column[l]) < 0 ? CONV_CONSTANT : row[l] + column[l];
              details->otherwise[l] = column[l] < 0 ? width->constant[0] : row_constant[l];
            }
            *source = lane_source_of(details->index, width->stride == 2, zeros);
          }
          table->common[v] = tap == 0 ? source->pattern : common_pattern(table->common[v], source->pattern);
        }
      }
    }
  }
}

/// What vector `v` reads for a tap in the plane that begins at `x`, its source being read as `pattern`.
INLINE vec lane_load_as(const lane_pattern pattern, const lane_table *table, int32_t tap, int32_t v, const float *x) {
  const lane_source *source = table->sources + tap * LANE_VECTORS + v;
  const lane_details *details = table->details + tap * LANE_VECTORS + v;
  switch (pattern) {
    case LANES_COMPLETE: return v_load(x + source->offset);
    case LANES_ZEROS: return v_load_masked(x + source->offset, v_mask(source->lanes), v_zero());
    case LANES_ALTERNATE: return v_load_alternate(x + source->offset, source->lanes);
    case LANES_SCATTERED: return v_gather(x, details->index, v_mask(source->lanes), v_load(details->otherwise));
  }
}

/// The same by the source's own pattern.
INLINE vec lane_load(const lane_table *table, int32_t tap, int32_t v, const float *x) {
  switch (table->sources[tap * LANE_VECTORS + v].pattern) {
    case LANES_COMPLETE: return lane_load_as(LANES_COMPLETE, table, tap, v, x);
    case LANES_ZEROS: return lane_load_as(LANES_ZEROS, table, tap, v, x);
    case LANES_ALTERNATE: return lane_load_as(LANES_ALTERNATE, table, tap, v, x);
    case LANES_SCATTERED: return lane_load_as(LANES_SCATTERED, table, tap, v, x);
  }
}
