// Depthwise convolution in channels-first memory whose border columns read 0. A vector runs over outputs of one row, a
// tile is several rows x up to two vectors: a row of samples meets the weights of all output rows that see it. Samples
// are read where they lie, those beyond the ends of a row masked out. Weights lie as they are: [output channel][tap].
#include "../../shared/arena.h"
#include "../../shared/finish.h"
#include "../../shared/plain_weights.h"
#include "../../shared/work.h"

enum {
  ROWS = TILE_BROADCASTS / 2,
  HALF_ROWS = (ROWS + 1) / 2,
  VECTORS = 2,
};

/// What is the same for all channels of a task.
typedef struct {
  int32_t rows;               ///< of a tile: ROWS, HALF_ROWS or 1
  int32_t row_tiles, vectors; ///< down and across the rectangle
  ptrdiff_t *row_offset;      ///< [row tile][depth tap][row][height tap] in a plane, or outside
  uint32_t *lanes;            ///< [vector][width tap]: bits of the lanes that read a sample
  bool *whole;                ///< [vector]: whether all lanes do for every tap
  const float **row_pointers; ///< of one tile: [depth tap][row][height tap]
  float *outside[2];          ///< what a row outside the depth and one outside the height read
  size_t bytes;
} tile_table;

typedef struct {
  const float *const *rows;
  int32_t depth_taps, height_taps, width_taps, stride, dilation;  ///< those of the width
  ptrdiff_t column;           ///< of the tile's first sample in a row
  const uint32_t *lanes;
  bool is_whole;              ///< all lanes of its vectors
  const float *weights;
  float bias;
  const float *residual;
  float *y;
  ptrdiff_t output_row;
  int32_t outputs;            ///< across
  const conv_activation *activation;
} tile;

/// Samples `stride` apart, all of them or those of `lanes`; the others are 0.
INLINE vec load_lanes(const int stride, const bool whole, const tile *t, const float *p, uint32_t lanes) {
  if (whole && stride == 1) return v_load(p);
  if (whole && stride == 2) return v_load_even(p);
  if (stride == 1) return v_load_masked(p, v_mask(lanes));
  if (stride == 2) return v_load_alternate(p, lanes);
  int32_t index[LANES];
  for (int l = 0; l < LANES; l++) index[l] = l * t->stride;
  return v_gather(p, index, v_mask(lanes));
}

enum { MOST_SHARED = 7 };

/// With `shared` height taps, `stride` apart down as across, each row of samples is read once for all of them; with 0,
/// for every tap.
INLINE void sum_taps(const int shared, const int stride, const int rows, const int vectors, const bool whole,
                     const tile *t) {
  vec sum[ROWS][VECTORS];
  EACH(r, rows) EACH(v, vectors) sum[r][v] = v_zero();
  const int32_t height_taps = shared ? shared : t->height_taps, width_taps = t->width_taps;
  for (int32_t kd = 0; kd < t->depth_taps; kd++) {
    const float *const *sources = t->rows + kd * rows * height_taps;
    const float *weights = t->weights + kd * height_taps * width_taps;
    for (int32_t kw = 0; kw < width_taps; kw++, weights++) {
      const ptrdiff_t column = t->column + (ptrdiff_t)kw * t->dilation;
      uint32_t lanes[VECTORS];
      EACH(v, vectors) lanes[v] = t->lanes[v * width_taps + kw];
      const ptrdiff_t step = (ptrdiff_t)LANES * (stride ? stride : t->stride);
      if (shared) {
        vec w[MOST_SHARED];
        EACH(kh, shared) w[kh] = v_set(weights[kh * width_taps]);
        EACH(u, (rows - 1) * stride + shared) {
          // Row u is tap kh of output row (u - kh) / stride.
          const int least = u - shared + 1 <= 0 ? 0 : (u - shared + stride) / stride;
          const float *row = sources[least * shared + (u - least * stride)] + column;
          vec x[VECTORS];
          EACH(v, vectors) x[v] = load_lanes(stride, whole, t, row + v * step, lanes[v]);
          EACH(r, rows)
            if (u - r * stride >= 0 && u - r * stride < shared)
              EACH(v, vectors) sum[r][v] = v_fma(w[u - r * stride], x[v], sum[r][v]);
        }
      } else {
        for (int32_t kh = 0; kh < height_taps; kh++) {
          const vec w = v_set(weights[(ptrdiff_t)kh * width_taps]);
          EACH(r, rows) {
            const float *row = sources[r * height_taps + kh] + column;
            EACH(v, vectors) sum[r][v] = v_fma(w, load_lanes(stride, whole, t, row + v * step, lanes[v]), sum[r][v]);
          }
        }
      }
    }
  }

  const output_bounds bounds = bounds_of(t->activation);
  const vec bias = v_set(t->bias);
  EACH(v, vectors) {
    const int32_t outputs = least_of(t->outputs - v * LANES, LANES);
    EACH(r, rows) {
      const ptrdiff_t at = r * t->output_row + v * LANES;
      store_output(bounds, sum[r][v], bias, t->residual ? t->residual + at : NULL, t->y + at, whole, v_first(outputs));
      activate(t->activation, t->y + at, outputs);
    }
  }
}

INLINE void microkernel(const int shared, const int stride, const int rows, const int vectors, const tile *t) {
  if (t->is_whole)
    sum_taps(shared, stride, rows, vectors, true, t);
  else
    sum_taps(shared, stride, rows, vectors, false, t);
}

// One function a kind of kernel and a tile size.
#define KIND(shared, stride) \
  static void tile_##shared##_##stride##_full2(const tile *t) { microkernel(shared, stride, ROWS, 2, t); } \
  static void tile_##shared##_##stride##_full1(const tile *t) { microkernel(shared, stride, ROWS, 1, t); } \
  static void tile_##shared##_##stride##_half2(const tile *t) { microkernel(shared, stride, HALF_ROWS, 2, t); } \
  static void tile_##shared##_##stride##_half1(const tile *t) { microkernel(shared, stride, HALF_ROWS, 1, t); } \
  static void tile_##shared##_##stride##_row2(const tile *t) { microkernel(shared, stride, 1, 2, t); } \
  static void tile_##shared##_##stride##_row1(const tile *t) { microkernel(shared, stride, 1, 1, t); } \
  static const tile_functions kind_##shared##_##stride = { \
      {tile_##shared##_##stride##_full1, tile_##shared##_##stride##_full2}, \
      {tile_##shared##_##stride##_half1, tile_##shared##_##stride##_half2}, \
      {tile_##shared##_##stride##_row1, tile_##shared##_##stride##_row2}};
typedef void (*tile_function)(const tile *);
typedef struct {
  tile_function full[VECTORS], half[VECTORS], row[VECTORS];
} tile_functions;
KIND(3, 1) KIND(5, 1) KIND(7, 1) KIND(3, 2) KIND(5, 2) KIND(7, 2) KIND(0, 1) KIND(0, 2) KIND(0, 0)

/// The height taps that share a row of samples; 0: every tap reads its own.
INLINE int32_t shared_taps(const conv_problem *problem) {
  const conv_axis *height = &problem->axis[1], *width = &problem->axis[2];
  if (width->stride > 2 || height->stride != width->stride || height->dilation > 1) return 0;
  return height->kernel == 3 || height->kernel == 5 || height->kernel == 7 ? height->kernel : 0;
}

/// The functions of a problem, whose tiles have `rows` rows.
INLINE const tile_function *functions_of(const conv_problem *problem, int32_t rows) {
  const int32_t stride = problem->axis[2].stride;
  const tile_functions *kind = stride == 1 ? &kind_0_1 : stride == 2 ? &kind_0_2 : &kind_0_0;
  switch (shared_taps(problem)) {
    case 3: kind = stride == 1 ? &kind_3_1 : &kind_3_2; break;
    case 5: kind = stride == 1 ? &kind_5_1 : &kind_5_2; break;
    case 7: kind = stride == 1 ? &kind_7_1 : &kind_7_2; break;
  }
  return rows == ROWS ? kind->full : rows == HALF_ROWS ? kind->half : kind->row;
}

static int32_t panel_count(const conv_problem *problem) { return problem->groups; }

/// Floats of a row outside: all that a tile reads from it.
INLINE size_t outside_floats(const conv_axis *width) {
  return (size_t)(width->kernel - 1) * width->dilation + (size_t)VECTORS * LANES * width->stride;
}

/// Rows of a tile of a rectangle of so many.
INLINE int32_t tile_rows(int32_t rows) { return rows >= ROWS ? ROWS : rows >= HALF_ROWS ? HALF_ROWS : 1; }

/// Lays the table of a rectangle of so many rows and columns out; with NULL only sizes have a meaning.
INLINE tile_table tile_table_in(const conv_problem *problem, int32_t rows, int32_t columns, void *workspace) {
  const size_t row_taps = (size_t)problem->axis[0].kernel * problem->axis[1].kernel;
  tile_table table = {.rows = tile_rows(rows), .vectors = parts_of(columns, LANES)};
  table.row_tiles = parts_of(rows, table.rows);
  arena arena = {.memory = workspace};
  table.row_offset = TAKE(&arena, ptrdiff_t, table.row_tiles * row_taps * table.rows);
  table.lanes = TAKE(&arena, uint32_t, (size_t)table.vectors * problem->axis[2].kernel);
  table.whole = TAKE(&arena, bool, table.vectors);
  table.row_pointers = TAKE(&arena, const float *, row_taps * ROWS);
  for (int axis = 0; axis < 2; axis++) table.outside[axis] = TAKE(&arena, float, outside_floats(&problem->axis[2]));
  table.bytes = arena.used;
  return table;
}

static size_t workspace_bytes(const conv_problem *problem) {
  // A rectangle of fewer rows than a full tile has smaller tiles, and more of them.
  return tile_table_in(problem, problem->axis[1].output + ROWS, problem->axis[2].output, NULL).bytes;
}

/// The first row of a tile. The last tile reaches back over rows of the one before.
INLINE int32_t tile_row(const tile_table *table, int32_t rows, int32_t index) {
  return least_of(index * table->rows, rows - table->rows);
}

/// A row outside the depth or the height is known by its axis.
enum { OUTSIDE_DEPTH = -1, OUTSIDE_HEIGHT = -2 };

/// Fills the table for one output plane of a task.
static void fill_table(tile_table *table, const conv_problem *problem, const conv_task *task, int32_t plane) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const ptrdiff_t *step = problem->x.axis;
  const tap_row planes = taps_of(depth, plane);
  ptrdiff_t *offset = table->row_offset;
  for (int32_t i = 0; i < table->row_tiles; i++) {
    const int32_t first = task->first[1] + tile_row(table, task->end[1] - task->first[1], i);
    for (int32_t kd = 0; kd < depth->kernel; kd++) {
      const int32_t z = tap_index(planes, kd);
      for (int32_t r = 0; r < table->rows; r++)
        for (int32_t kh = 0; kh < height->kernel; kh++) {
          const int32_t row = tap_index(taps_of(height, first + r), kh);
          *offset++ = row < 0 ? OUTSIDE_HEIGHT : z < 0 ? OUTSIDE_DEPTH : z * step[0] + row * step[1];
        }
    }
  }
  for (int32_t v = 0; v < table->vectors; v++) {
    const int32_t first = task->first[2] + v * LANES, end = least_of(first + LANES, task->end[2]);
    table->whole[v] = end - first == LANES && is_inside(width, first) && is_inside(width, end - 1);
    for (int32_t kw = 0; kw < width->kernel; kw++) {
      uint32_t lanes = 0;
      for (int32_t at = first; at < end; at++)
        lanes |= (uint32_t)(tap_index(taps_of(width, at), kw) >= 0) << (at - first);
      table->lanes[v * width->kernel + kw] = lanes;
    }
  }
  for (int axis = 0; axis < 2; axis++)
    for (size_t i = 0; i < outside_floats(width); i++) table->outside[axis][i] = problem->axis[axis].constant[0];
}

/// Computes one output channel of a task in one output plane. `x` is its input channel.
INLINE void run_channel(const tile_table *table, const conv_problem *problem, const conv_operands *image,
                        const conv_task *task, int32_t plane, const float *x, int32_t channel) {
  const conv_axis *width = &problem->axis[2];
  const int32_t row_taps = problem->axis[0].kernel * problem->axis[1].kernel * table->rows;
  const tile_function *functions = functions_of(problem, table->rows);
  const ptrdiff_t corner = channel * problem->y.channel + plane * problem->y.axis[0];
  for (int32_t i = 0; i < table->row_tiles; i++) {
    const ptrdiff_t *offset = table->row_offset + (ptrdiff_t)i * row_taps;
    const int32_t first_row = task->first[1] + tile_row(table, task->end[1] - task->first[1], i);
    const ptrdiff_t row = corner + first_row * problem->y.axis[1];
    for (int32_t v = 0; v < table->vectors; v += VECTORS) {
      const int32_t first = task->first[2] + v * LANES, vectors = least_of(table->vectors - v, VECTORS);
      const ptrdiff_t column = (ptrdiff_t)first * width->stride - width->before;
      // A row outside is as long as a tile, wherever that begins.
      for (int32_t k = 0; k < row_taps; k++)
        table->row_pointers[k] = offset[k] >= 0 ? x + offset[k] : table->outside[offset[k] == OUTSIDE_HEIGHT] - column;
      const tile t = {
          .rows = table->row_pointers,
          .depth_taps = problem->axis[0].kernel,
          .height_taps = problem->axis[1].kernel,
          .width_taps = width->kernel,
          .stride = width->stride,
          .dilation = width->dilation,
          .column = column,
          .lanes = table->lanes + (ptrdiff_t)v * width->kernel,
          .is_whole = table->whole[v] && table->whole[v + vectors - 1],
          .weights = image->packed + (ptrdiff_t)channel * tap_count(problem),
          .bias = image->bias[channel],
          .residual = image->residual ? image->residual + row + first : NULL,
          .y = image->y + row + first,
          .output_row = problem->y.axis[1],
          .outputs = task->end[2] - first,
          .activation = &problem->activation,
      };
      functions[vectors - 1](&t);
    }
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  tile_table table =
      tile_table_in(problem, task->end[1] - task->first[1], task->end[2] - task->first[2], workspace);
  for (int32_t plane = task->first[0]; plane < task->end[0]; plane++) {
    fill_table(&table, problem, task, plane);
    for (int32_t group = task->first_panel; group < task->end_panel; group++)
      for (int32_t m = 0; m < problem->output_channels; m++)
        run_channel(&table, problem, image, task, plane, image->x + group * problem->x.channel,
                    group * problem->output_channels + m);
  }
}

static conv_grain grain(const conv_problem *problem) {
  const int32_t vectors = least_of(parts_of(problem->axis[2].output, LANES), VECTORS);
  return (conv_grain){{1, 1, 1}, INT32_MAX, tile_rows(problem->axis[1].output) * vectors * LANES, 1};
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const tile_table table = tile_table_in(problem, task->end[1] - task->first[1], task->end[2] - task->first[2], NULL);
  const double planes = extent_of(task, 0), groups = task->end_panel - task->first_panel;
  const double channels = groups * problem->output_channels, rows = table.rows, shared = shared_taps(problem);
  const double times = planes * channels * table.row_tiles, taps = tap_count(problem);
  const double tiles = times * parts_of(table.vectors, VECTORS), vectors = times * table.vectors;
  const double row_taps = depth->kernel * height->kernel;
  const double reads = vectors * depth->kernel * width->kernel *
                       (shared > 0 ? (rows - 1) * width->stride + shared : rows * height->kernel);
  conv_work work = {.count[CONV_TASKS] = 1};
  add_work(&work, CONV_MULTIPLY_ADDS, vectors * rows * taps);
  // Every other sample is pulled out of two vectors; those further apart are gathered.
  add_work(&work, CONV_LOADS, tiles * taps + (width->stride > 2 ? 0 : reads * width->stride));
  add_work(&work, CONV_COPIES, width->stride > 2 ? reads : 0);
  add_work(&work, CONV_STEPS, tiles * taps / (shared > 0 ? shared : 1));
  add_work(&work, CONV_TILES, tiles);
  add_work(&work, CONV_LOOKUPS, tiles * row_taps * rows +
                                    planes * (table.row_tiles * row_taps * rows + width->kernel * extent_of(task, 2)));
  add_work(&work, CONV_STORES, vectors * rows);
  // A channel's samples are read once, or once for each of its outputs.
  const double inputs = sizeof(float) * task_inputs(problem, task), outputs = sizeof(float) * task_outputs(task);
  add_image_traffic(&work, problem, groups * inputs + channels * outputs, packed_bytes(problem));
  add_traffic(&work, problem, (channels - groups) * inputs, inputs + outputs);
  return work;
}

static const char *obstacle(const conv_problem *problem) {
  const conv_axis *width = &problem->axis[2];
  if (problem->input_channels > 1) return "several input channels a group";
  const char *layout = layout_obstacle(problem, CONV_CHANNELS_FIRST);
  if (layout) return layout;
  if (width->inside_end - width->inside_begin < width->output && !has_zero_border(width))
    return "border columns that read samples or a value";
  return common_obstacle(problem);
}

const conv_kernel SIMD_NAME(conv_depthwise_channels_first) = {
    .family = "depthwise_channels_first", .algorithm = "depthwise", .isa = SIMD_ISA, .lanes = LANES,
    .obstacle = obstacle, .forms = one_form, .panel_count = panel_count, .packed_bytes = packed_bytes, .pack = pack,
    .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
