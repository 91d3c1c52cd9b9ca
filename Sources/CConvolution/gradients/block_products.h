// The products of one block: of every tap that is listed, or of patches.
#pragma once

#include "gradients.h"
#include "patches.h"
#include "product.h"
#include "winograd_stage.h"

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
  float *sums;  ///< [stretch], cut.rows * cut.row each
  char *workers;
  size_t worker_bytes;
} weight_run;

/// Memory of one thread.
typedef struct {
  block_places places;
  stage stage;
  winograd_stage winograd;
  float *patches;
  tap_pixel *pixels;  ///< [listed tap][block pixel]
  int32_t *counts;    ///< of each listed tap
  staged_channels staged;
} weight_worker;

INLINE weight_worker take_worker(arena *a, const weight_run *run) {
  weight_worker worker = {.places = take_places(a, run->problem, &run->largest)};
  worker.stage = take_stage(a, &run->cut, run->problem, &run->largest);
  if (run->cut.order == WINOGRAD)
    worker.winograd = take_winograd_stage(a, &run->cut, run->problem, &run->largest);
  worker.patches = TAKE(a, float, patch_floats(&run->cut, &run->largest));
  worker.pixels = TAKE(a, tap_pixel, (int64_t)run->listed_taps * block_pixels(&run->largest));
  worker.counts = TAKE(a, int32_t, run->listed_taps);
  return worker;
}

INLINE weight_run weight_run_of(const conv_problem *problem, int64_t images, int32_t threads, bool exact_order) {
  weight_run run = {.problem = problem, .images = images, .cut = weight_cut_of(problem, images, threads, exact_order)};
  run.largest = largest_block(&run.cut.blocks, problem, images);
  const int32_t pixels = block_pixels(&run.largest);
  run.listed_taps = clamped(LISTED_PIXELS / (pixels > 0 ? pixels : 1), 1, tap_count(problem));
  arena a = {0};
  take_worker(&a, &run);
  run.worker_bytes = a.used;
  return run;
}

/// Multiplies the outputs of a group that the part has by some channels of x. `sums` are those of output channel 0.
INLINE void multiply_group(const weight_run *run, const weight_part *part, const weight_worker *worker, int32_t group,
                           product p, const tap_products *taps, float *sums) {
  const output_tiles tiles = tiles_of_group(&run->cut, run->problem, part, group, block_pixels(&worker->places.block),
                                            worker->stage.dy);
  p.sums = sums + tiles.first * p.row;
  multiply(p, taps, &tiles);
}

/// Multiplies the taps that are listed, of which `first_tap` is the first.
static void multiply_taps(const weight_run *run, const weight_part *part, const weight_worker *worker,
                          int32_t first_tap, int32_t taps, float *sums, bool first) {
  const weight_cut *cut = &run->cut;
  const int32_t room = block_pixels(&run->largest), channels = run->problem->input_channels;
  const ptrdiff_t step = cut->order == CHANNELWISE ? channels * cut->row : sums_begin(cut, 1, 0);
  const tap_products listed = {worker->pixels, worker->counts, taps, room, step};
  product p = {.first = first};
  sums += first_tap * listed.step;
  if (cut->order == CHANNELWISE) {
    for (int32_t c = 0; c < channels; c++, sums += cut->row)
      for (int32_t output = part->first_output; output < part->end_output; output += CHANNELWISE_CHANNELS) {
        p.dy = worker->places.dy + output;
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
      p.row = sums_row(cut, channel);
      multiply_group(run, part, worker, group, p, &listed, sums + sums_begin(cut, 0, channel));
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

/// Point by point.
static void add_points(const weight_run *run, const weight_part *part, const weight_worker *worker, float *sums,
                       bool first) {
  const weight_cut *cut = &run->cut;
  const winograd_stage *w = &worker->winograd;
  const int32_t count = tile_count(&worker->places.block), width = worker->staged.width;
  for (int32_t i = 0; i < count; i++) worker->pixels[i] = (tap_pixel){w->x + (ptrdiff_t)i * width, i};
  const tap_products tiles = {worker->pixels, &count, 1, count, 0};
  for (int32_t point = 0; point < POINTS; point++) {
    product p = {.x = point * w->x_point, .first = first};
    for (int32_t group = part->first_group; group < part->end_group; group++) {
      output_tiles of = tiles_of_group(cut, run->problem, part, group, count, w->dy + point * w->dy_point);
      for (int32_t channel = part->first_input; channel < part->end_input; channel += TILE_CHANNELS) {
        p.channels = least_of(part->end_input - channel, TILE_CHANNELS);
        p.row = sums_row(cut, channel);
        p.sums = sums + sums_begin(cut, point, channel) + of.first * p.row;
        multiply(p, &tiles, &of);
        p.x += w->x_panel;
      }
    }
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
      multiply_group(run, part, worker, group, p, &patches, sums + channel);
    }
  }
}

/// Whether patches do not multiply a border of zeros by what is not finite.
static bool may_patch(const weight_run *run, const weight_part *part, const weight_worker *worker) {
  const block_places *places = &worker->places;
  if (!places->reads_zero) return true;
  const int32_t pixels = block_pixels(&places->block);
  for (int32_t group = part->first_group; group < part->end_group; group++) {
    const output_tiles tiles = tiles_of_group(&run->cut, run->problem, part, group, pixels, worker->stage.dy);
    for (int32_t i = 0; i < tiles.count; i++)
      if (!conv_are_finite(staged_tile(&tiles, i), tiles.pixels * tile_channels(&tiles, i))) return false;
  }
  return true;
}
