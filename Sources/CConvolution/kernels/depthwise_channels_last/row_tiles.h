// Tiles of PIXELS pixels of one row, for common kernels without a multiplier: each sample of the row is read once for
// all the taps that meet it. Taps are added up in the order of pixel_tiles.h, so either way gives the same bits.
#pragma once

#include "../../shared/finish.h"
#include "../../shared/work.h"
#include "panels.h"

enum { ROW_VECTORS = 2, MOST_SHARED = 7, MOST_SAMPLES = 2 * (PIXELS - 1) + MOST_SHARED };

/// Where the samples of one row of taps lie: `samples[j]` meets tap j - stride * p of the tile's pixel p.
typedef struct {
  int32_t tap;  ///< the row's first
  const float *samples[MOST_SAMPLES];
} sample_row;

typedef struct {
  const sample_row *rows;
  int32_t row_count;
  ptrdiff_t channel;      ///< the tile's first
  int32_t channels;       ///< up to ROW_VECTORS vectors
  const float *weights;
  ptrdiff_t weight_row;   ///< floats from tap to tap
  const float *bias, *residual;
  float *y;               ///< of the first pixel
  ptrdiff_t output_pixel;
  const conv_activation *activation;
} row_tile;

INLINE void row_microkernel(const int taps, const int stride, const int vectors, const bool all, const row_tile *t) {
  vec sum[PIXELS][ROW_VECTORS];
  EACH(p, PIXELS) EACH(v, vectors) sum[p][v] = v_zero();
  vmask mask[ROW_VECTORS];
  EACH(v, vectors) mask[v] = v_first(least_of(t->channels - v * LANES, LANES));
  for (const sample_row *row = t->rows; row < t->rows + t->row_count; row++) {
    vec w[MOST_SHARED][ROW_VECTORS];
    EACH(k, taps) EACH(v, vectors) w[k][v] = v_load(t->weights + (row->tap + k) * t->weight_row + v * LANES);
    EACH(j, (PIXELS - 1) * stride + taps) {
      const float *samples = row->samples[j] + t->channel;
      vec x[ROW_VECTORS];
      EACH(v, vectors)
        x[v] = all ? v_load(samples + v * LANES) : v_load_masked(samples + v * LANES, mask[v]);
      EACH(p, PIXELS)
        if (j - p * stride >= 0 && j - p * stride < taps)
          EACH(v, vectors) sum[p][v] = v_fma(x[v], w[j - p * stride][v], sum[p][v]);
    }
  }
  const output_bounds bounds = bounds_of(t->activation);
  EACH(v, vectors) {
    const vec bias = v_load_masked(t->bias + v * LANES, mask[v]);
    EACH(p, PIXELS) {
      const ptrdiff_t at = p * t->output_pixel + v * LANES;
      store_output(bounds, sum[p][v], bias, t->residual ? t->residual + at : NULL, t->y + at, all, mask[v]);
    }
  }
}

typedef void (*row_function)(const row_tile *);
#define ROW_TILE(taps, stride) \
  static void row_##taps##_##stride##_x1(const row_tile *t) { row_microkernel(taps, stride, 1, true, t); } \
  static void row_##taps##_##stride##_x2(const row_tile *t) { row_microkernel(taps, stride, 2, true, t); } \
  static void row_##taps##_##stride##_partial(const row_tile *t) { row_microkernel(taps, stride, 1, false, t); } \
  static const row_function row_##taps##_##stride[] = {row_##taps##_##stride##_partial, row_##taps##_##stride##_x1, \
                                                       row_##taps##_##stride##_x2};
ROW_TILE(3, 1) ROW_TILE(5, 1) ROW_TILE(7, 1) ROW_TILE(3, 2) ROW_TILE(5, 2) ROW_TILE(7, 2)

/// The functions of tiles of a row, for a part of a vector, one and two vectors; NULL where there are none.
INLINE const row_function *row_functions(const conv_problem *problem, const conv_task *task) {
  const conv_axis *width = &problem->axis[2];
  if (problem->output_channels != 1 || width->dilation != 1 || task->end[2] - task->first[2] < PIXELS) return NULL;
  if (width->stride > 2) return NULL;
  switch (width->kernel) {
    case 3: return width->stride == 1 ? row_3_1 : row_3_2;
    case 5: return width->stride == 1 ? row_5_1 : row_5_2;
    case 7: return width->stride == 1 ? row_7_1 : row_7_2;
  }
  return NULL;
}

/// Samples of a row of taps that a tile meets.
INLINE int32_t row_samples(const conv_axis *width) { return (PIXELS - 1) * width->stride + width->kernel; }

INLINE size_t sample_rows_bytes(const conv_problem *problem) {
  return (size_t)problem->axis[0].kernel * problem->axis[1].kernel * sizeof(sample_row);
}

/// Finds the samples of the tile that begins at an output. Says how many rows of taps it has: those that read a zero
/// border only are left out.
static int32_t fill_sample_rows(const conv_problem *problem, const float *x, int32_t d, int32_t h, int32_t w,
                                sample_row *rows) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const ptrdiff_t *step = problem->x.axis;
  const int32_t count = row_samples(width);
  const bool inside = is_inside(width, w) && is_inside(width, w + PIXELS - 1), skips = has_zero_constants(problem);
  int32_t column[MOST_SAMPLES];
  for (int32_t j = 0; j < count && !inside; j++) {
    const int32_t p = least_of(j / width->stride, PIXELS - 1);
    column[j] = tap_index(taps_of(width, w + p), j - p * width->stride);
  }
  const tap_row planes = taps_of(depth, d), lines = taps_of(height, h);
  int32_t filled = 0;
  for (int32_t kd = 0; kd < depth->kernel; kd++)
    for (int32_t kh = 0; kh < height->kernel; kh++) {
      const int32_t z = tap_index(planes, kd), i = tap_index(lines, kh);
      const bool outside = (z | i) < 0;
      if (outside && skips) continue;
      sample_row *row = &rows[filled++];
      row->tap = (kd * height->kernel + kh) * width->kernel;
      const float *line = outside ? (i < 0 ? height->constant : depth->constant) : x + z * step[0] + i * step[1];
      const ptrdiff_t along = outside ? 0 : step[2];
      if (inside) {
        line += first_tap(width, w) * along;
        for (int32_t j = 0; j < count; j++) row->samples[j] = line + j * along;
      } else {
        for (int32_t j = 0; j < count; j++)
          row->samples[j] = column[j] < 0 ? width->constant : line + column[j] * along;
      }
    }
  return filled;
}

/// Computes the task's panels on a tile of a row.
INLINE void run_row_tile(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                         const row_function *functions, const sample_row *rows, int32_t row_count, ptrdiff_t output) {
  const size_t taps = (size_t)tap_count(problem);
  for (int32_t panel = task->first_panel; panel < task->end_panel; panel++) {
    const int32_t first = panel * PANEL, channels = least_of(problem->groups - first, PANEL);
    row_tile t = {
        .rows = rows,
        .row_count = row_count,
        .weight_row = parts_of(channels, LANES) * LANES,
        .output_pixel = problem->y.axis[2],
        .activation = &problem->activation,
    };
    for (int32_t c = 0; c < channels; c += t.channels) {
      const int32_t left = channels - c, channel = first + c;
      t.channels = left >= ROW_VECTORS * LANES ? ROW_VECTORS * LANES : left < LANES ? left : LANES;
      t.channel = channel;
      t.weights = image->packed + taps * first + c;
      t.bias = image->bias + channel;
      t.residual = image->residual ? image->residual + output + channel : NULL;
      t.y = image->y + output + channel;
      functions[t.channels / LANES](&t);
      for (int32_t p = 0; p < PIXELS; p++) activate(t.activation, t.y + p * t.output_pixel, t.channels);
    }
  }
}

static void run_rows(const conv_problem *problem, const conv_operands *image, const conv_task *task,
                     const row_function *functions, sample_row *rows) {
  for (int32_t d = task->first[0]; d < task->end[0]; d++)
    for (int32_t h = task->first[1]; h < task->end[1]; h++)
      for (int32_t next = task->first[2]; next < task->end[2]; next += PIXELS) {
        // The last tile reaches back over pixels of the one before.
        const int32_t w = least_of(next, task->end[2] - PIXELS);
        const int32_t count = fill_sample_rows(problem, image->x, d, h, w, rows);
        run_row_tile(problem, image, task, functions, rows, count,
                     d * problem->y.axis[0] + h * problem->y.axis[1] + w * problem->y.axis[2]);
      }
}

/// Adds the tiles of a task's rows. Says how many there are.
static double add_row_tiles(conv_work *work, const conv_problem *problem, const conv_task *task, int32_t channels) {
  const conv_axis *depth = &problem->axis[0], *height = &problem->axis[1], *width = &problem->axis[2];
  const double tiles = extent_of(task, 0) * extent_of(task, 1) * parts_of(task->end[2] - task->first[2], PIXELS);
  const double all_rows = depth->kernel * height->kernel;
  const double rows = has_zero_constants(problem) ? taps_of_range(depth, task->first[0], task->end[0], 1) *
                                                        taps_of_range(height, task->first[1], task->end[1], 1)
                                                  : all_rows;
  const double vectors = parts_of(channels, LANES), samples = row_samples(width);
  const double calls = channels / (ROW_VECTORS * LANES) + parts_of(channels % (ROW_VECTORS * LANES), LANES);
  add_work(work, CONV_MULTIPLY_ADDS, tiles * rows * vectors * PIXELS * width->kernel);
  add_work(work, CONV_LOADS, tiles * rows * (vectors * (width->kernel + samples) + (channels % LANES > 0) * samples));
  add_work(work, CONV_STEPS, tiles * rows * calls);
  add_work(work, CONV_TILES, tiles * calls);
  add_work(work, CONV_LOOKUPS, tiles * (all_rows + rows * samples));
  add_work(work, CONV_STORES, tiles * PIXELS * vectors);
  return tiles;
}
