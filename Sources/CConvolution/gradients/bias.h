// The gradient by a layer's bias: sums over pixels and images. A block's pixels are summed on their own, blocks of a
// stretch added one after the other, and stretches in a tree; all of them are cut as those of a weight gradient are.
#pragma once

#include "../team/team.h"
#include "places.h"
#include "sums.h"

/// Pixels of a block.
enum { BIAS_PIXELS = 512 };

typedef struct {
  conv_problem flat;
  const float *dy;
  int64_t images;
  block_cut blocks;
  int32_t stretches;
  ptrdiff_t row;             ///< floats of all channels' sums
  float *sums, *block_sums;  ///< [stretch][channel]
} bias_run;

/// The same outputs with axes that lie without gaps as one.
INLINE conv_problem flat_outputs(const conv_problem *problem) {
  conv_problem flat = *problem;
  for (int axis = 1; axis >= 0; axis--) {
    const int inner = axis == 0 && flat.axis[1].output > 1 ? 1 : 2;
    const int64_t row = flat.axis[inner].output, pixels = row * flat.axis[axis].output;
    if (flat.axis[axis].output > 1 && (flat.y.axis[axis] != row * flat.y.axis[inner] || pixels > INT32_MAX)) continue;
    flat.axis[inner].output = (int32_t)pixels;
    flat.axis[axis].output = 1;
  }
  return flat;
}

INLINE bias_run bias_run_of(const conv_problem *problem, int64_t images) {
  bias_run run = {.flat = flat_outputs(problem), .images = images};
  run.blocks = cut_blocks(&run.flat, 1, images, BIAS_PIXELS);
  run.stretches = clamped(run.blocks.count, 1, MOST_STRETCHES);
  run.row = whole_vectors(problem->groups * problem->output_channels);
  return run;
}

INLINE void take_bias_sums(arena *a, bias_run *run) {
  run->sums = TAKE(a, float, run->stretches * run->row);
  run->block_sums = TAKE(a, float, run->stretches * run->row);
}

static size_t bias_gradient_bytes(const conv_problem *problem, int64_t images) {
  arena a = {0};
  bias_run run = bias_run_of(problem, images);
  take_bias_sums(&a, &run);
  return a.used;
}

/// Adds samples to as many sums.
INLINE void add_samples(float *sums, const float *samples, int32_t count) {
  int32_t i = 0;
  for (; i + LANES <= count; i += LANES) v_store(sums + i, v_add(v_load(sums + i), v_load(samples + i)));
  if (i < count) v_store(sums + i, v_add(v_load(sums + i), v_load_masked(samples + i, v_first(count - i))));
}

/// The sum of samples side by side: of vectors, then of their lanes.
INLINE float sum_samples(const float *samples, int32_t count) {
  vec sum[4] = {v_zero(), v_zero(), v_zero(), v_zero()}, a[LANES];
  int32_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    EACH(v, 4) sum[v] = v_add(sum[v], v_load(samples + i + v * LANES));
  for (; i < count; i += LANES)
    sum[0] = v_add(sum[0], v_load_masked(samples + i, v_first(least_of(count - i, LANES))));
  EACH(lane, LANES) a[lane] = v_zero();
  a[0] = v_add(v_add(sum[0], sum[1]), v_add(sum[2], sum[3]));
  float lanes[LANES];
  v_store(lanes, v_sum_lanes(a));
  return lanes[0];
}

/// Adds what a row of `pixels` outputs of one image is in every channel.
static void add_row(const conv_problem *problem, const float *dy, int32_t pixels, float *sums) {
  const int32_t channels = problem->groups * problem->output_channels;
  if (problem->layout == CONV_CHANNELS_LAST)
    for (int32_t w = 0; w < pixels; w++) add_samples(sums, dy + w * problem->y.axis[2], channels);
  else
    for (int32_t c = 0; c < channels; c++) sums[c] += sum_samples(dy + c * problem->y.channel, pixels);
}

static void sum_outputs(void *context, int64_t stretch, int32_t worker) {
  (void)worker;
  const bias_run *run = context;
  const conv_problem *flat = &run->flat;
  float *sums = run->sums + stretch * run->row, *block_sums = run->block_sums + stretch * run->row;
  memset(sums, 0, run->row * sizeof(float));
  const int64_t first = run->blocks.count * stretch / run->stretches;
  const int64_t end = run->blocks.count * (stretch + 1) / run->stretches;
  for (int64_t i = first; i < end; i++) {
    const output_block block = block_at(&run->blocks, flat, run->images, i);
    memset(block_sums, 0, run->row * sizeof(float));
    for (int32_t n = 0; n < block.images; n++)
      for (int32_t d = 0; d < block.count[0]; d++)
        for (int32_t h = 0; h < block.count[1]; h++)
          add_row(flat, run->dy + (block.first_image + n) * flat->y.image + first_output(flat, &block) +
                            d * flat->y.axis[0] + h * flat->y.axis[1],
                  block.count[2], block_sums);
    add_samples(sums, block_sums, (int32_t)run->row);
  }
}

static void bias_gradient(const conv_problem *problem, const float *dy, int64_t images, float *db, int32_t threads,
                          void *workspace) {
  arena a = {.memory = workspace};
  bias_run run = bias_run_of(problem, images);
  take_bias_sums(&a, &run);
  run.dy = dy;
  team_run(threads, run.stretches, sum_outputs, &run);
  add_stretches(run.sums, run.row, run.stretches, 0, run.row);
  memcpy(db, run.sums, (size_t)problem->groups * problem->output_channels * sizeof(float));
}
