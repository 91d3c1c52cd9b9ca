// The products of one block: of every tap that is listed, or of patches.
#pragma once

#include "gradients.h"
#include "patches.h"
#include "product.h"
#include "stage.h"

/// Pixels listed at a time, of several taps: channels of x that are near are multiplied by all of them.
enum { LISTED_PIXELS = 4096 };

typedef struct {
  const conv_problem *problem;
  const float *x, *dy;
  int64_t images;
  const conv_weight_gradient *dw;
  weight_cut cut;
  output_block largest;
  int32_t listed_taps;
  float *sums;  ///< [stretch][row][cut.row]
  char *workers;
  size_t worker_bytes;
} weight_run;

/// Memory of one thread.
typedef struct {
  block_places places;
  stage stage;
  float *patches;
  tap_pixel *pixels;  ///< [listed tap][block pixel]
  int32_t *counts;    ///< of each listed tap
  staged_channels staged;
} weight_worker;

INLINE weight_worker take_worker(arena *a, const weight_run *run) {
  weight_worker worker = {.places = take_places(a, run->problem, &run->largest)};
  worker.stage = take_stage(a, &run->cut, run->problem, &run->largest);
  worker.patches = TAKE(a, float, patch_floats(&run->cut, &run->largest));
  worker.pixels = TAKE(a, tap_pixel, (int64_t)run->listed_taps * block_pixels(&run->largest) + FETCHED_AHEAD);
  worker.counts = TAKE(a, int32_t, run->listed_taps);
  return worker;
}

INLINE weight_run weight_run_of(const conv_problem *problem, int64_t images, int32_t threads) {
  weight_run run = {.problem = problem, .images = images, .cut = weight_cut_of(problem, images, threads)};
  run.largest = largest_block(&run.cut.blocks, problem, images);
  const int32_t pixels = block_pixels(&run.largest);
  run.listed_taps = clamped(LISTED_PIXELS / (pixels > 0 ? pixels : 1), 1, tap_count(problem));
  arena a = {0};
  take_worker(&a, &run);
  run.worker_bytes = a.used;
  return run;
}

/// Multiplies the outputs of a group that the part has by some channels of x. `sums` are those of output channel 0.
INLINE void multiply_group(const weight_run *run, const weight_part *part, int32_t group, product p,
                           const tap_products *taps, float *sums) {
  const int32_t outputs = run->problem->output_channels, begin = group * outputs;
  const int32_t first = begin > part->first_output ? begin : part->first_output;
  p.sums = sums + first * run->cut.row;
  multiply(p, taps, first, least_of(begin + outputs, part->end_output));
}

/// Multiplies the taps that are listed, of which `first_tap` is the first.
static void multiply_taps(const weight_run *run, const weight_part *part, const weight_worker *worker,
                          int32_t first_tap, int32_t taps, float *sums, bool first) {
  const weight_cut *cut = &run->cut;
  const int32_t room = block_pixels(&run->largest), channels = run->problem->input_channels;
  const ptrdiff_t step = cut->order == CHANNELWISE ? channels * cut->row : cut->tap;
  const tap_products listed = {worker->pixels, worker->counts, taps, room, step};
  product p = {.row = cut->row, .first = first};
  sums += first_tap * listed.step;
  if (cut->order == CHANNELWISE) {
    for (int32_t c = 0; c < channels; c++, sums += cut->row)
      for (int32_t output = part->first_output; output < part->end_output; output += CHANNELWISE_CHANNELS) {
        p.dy = output;
        p.channels = least_of(part->end_output - output, CHANNELWISE_CHANNELS);
        p.sums = sums + output;
        multiply_channelwise(p, &listed);
        p.x += worker->stage.panel;
      }
    return;
  }
  for (int32_t group = part->first_group; group < part->end_group; group++)
    for (int32_t channel = part->first_input; channel < part->end_input; channel += TILE_CHANNELS) {
      p.channels = least_of(part->end_input - channel, TILE_CHANNELS);
      multiply_group(run, part, group, p, &listed, sums + channel);
      p.x += cut->order == DENSE ? worker->stage.panel : p.channels;
    }
}

/// Tap by tap.
static void add_taps(const weight_run *run, const weight_part *part, const weight_worker *worker, float *sums,
                     bool first) {
  const int32_t height = run->problem->axis[1].kernel, width = run->problem->axis[2].kernel;
  const int32_t taps = tap_count(run->problem);
  for (int32_t tap = 0, count; tap < taps; tap += count) {
    count = least_of(run->listed_taps, taps - tap);
    for (int32_t i = 0; i < count; i++)
      worker->counts[i] =
          list_tap(&worker->places, (tap + i) / width / height, (tap + i) / width % height,
                   (tap + i) % width, worker->pixels + (ptrdiff_t)i * block_pixels(&run->largest));
    multiply_taps(run, part, worker, tap, count, sums, first);
  }
}

/// All taps at once.
static void add_patches(const weight_run *run, const weight_part *part, const weight_worker *worker, float *sums,
                        bool first) {
  const int32_t channels = tap_count(run->problem) * run->problem->input_channels;
  const int32_t pixels = block_pixels(&worker->places.block);
  const tap_products patches = {worker->pixels, &pixels, 1, pixels, 0};
  product p = {.row = run->cut.row, .first = first};
  for (int32_t group = part->first_group; group < part->end_group; group++) {
    fill_patches(&worker->places, run->problem, group - part->first_group, run->cut.row, worker->patches,
                 worker->pixels);
    for (int32_t channel = 0; channel < channels; channel += TILE_CHANNELS) {
      p.x = channel;
      p.channels = least_of(channels - channel, TILE_CHANNELS);
      multiply_group(run, part, group, p, &patches, sums + channel);
    }
  }
}

/// Whether patches do not multiply a border of zeros by what is not finite.
static bool may_patch(const weight_part *part, const block_places *places) {
  if (!places->reads_zero) return true;
  const int32_t channels = part->end_output - part->first_output;
  const conv_strides step = places->dy_steps;
  for (int32_t n = 0; n < places->block.images; n++)
    for (int32_t d = 0; d < places->block.count[0]; d++)
      for (int32_t h = 0; h < places->block.count[1]; h++)
        for (int32_t w = 0; w < places->block.count[2]; w++)
          if (!conv_are_finite(places->dy + n * step.image + d * step.axis[0] + h * step.axis[1] + w * step.axis[2] +
                                   part->first_output,
                               channels))
            return false;
  return true;
}
