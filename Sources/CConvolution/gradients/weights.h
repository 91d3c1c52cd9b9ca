// The gradient by a layer's weights. Dense layers are products [output channels x pixels] x [pixels x input channels],
// one for each tap, or with 3x3 taps for each of Winograd's points; where input channels are few, one for all taps, whose
// samples are laid side by side block by block; narrow groups are sums channel by channel. A task goes through the blocks
// of a stretch for a part of the weights, whose sums stay near.
#pragma once

#include "gradients.h"
#include "../team/team.h"
#include "block_products.h"
#include "sums.h"

INLINE size_t sum_bytes(const weight_cut *cut) {
  return rounded((size_t)cut->stretches * cut->rows * cut->row * sizeof(float));
}

static size_t weight_gradient_bytes(const conv_problem *problem, int64_t images, bool exact_order, int32_t threads) {
  const weight_run run = weight_run_of(problem, images, threads, exact_order);
  return sum_bytes(&run.cut) + threads * run.worker_bytes;
}

static void sum_stretch(void *context, int64_t item, int32_t index) {
  const weight_run *run = context;
  const weight_cut *cut = &run->cut;
  const int64_t stretch = item / cut->parts;
  const weight_part part = weight_part_at(cut, run->problem, (int32_t)(item % cut->parts));
  float *sums = run->sums + stretch * cut->rows * cut->row;
  arena a = {.memory = run->workers + index * run->worker_bytes};
  weight_worker worker = take_worker(&a, run);
  worker.staged = staged_channels_of(cut, run->problem, &part);
  begin_stage(&worker.stage, run->problem, &part);

  const int64_t first = cut->blocks.count * stretch / cut->stretches;
  const int64_t end = cut->blocks.count * (stretch + 1) / cut->stretches;
  for (int64_t i = first; i < end; i++) {
    const output_block block = block_at(&cut->blocks, run->problem, run->images, i);
    find_places(&worker.places, run->problem, &block);
    if (stages_inputs(cut, run->problem))
      stage_inputs(&worker.stage, &worker.places, run->problem, run->x, &worker.staged);
    else
      place_inputs(&worker.places, run->problem, run->x, worker.staged.first);
    if (cut->order == DENSE || cut->order == PATCHED)
      stage_outputs(&worker.stage, &worker.places, cut, run->problem, run->dy, &part);
    else if (stages_outputs(cut, run->problem))
      stage_pixels(&worker.stage, &worker.places, run->problem, run->dy, &part);
    else
      place_outputs(&worker.places, run->problem, run->dy);
    if (cut->order == WINOGRAD) {
      stage_samples_at_points(&worker.winograd, &worker.stage, &worker.places, cut, run->problem, &worker.staged);
      stage_gradients_at_points(&worker.winograd, &worker.places, cut, run->problem, &part);
      add_points(run, &part, &worker, sums, i == first);
    } else if (cut->order == PATCHED && may_patch(run, &part, &worker))
      add_patches(run, &part, &worker, sums, i == first);
    else
      add_taps(run, &part, &worker, sums, i == first);
  }
}

static void end_sums(void *context, int64_t item, int32_t worker) {
  (void)worker;
  const weight_run *run = context;
  const int32_t first = (int32_t)item * SUM_ROWS;
  end_rows(&run->cut, run->problem, run->sums, run->dw, first, least_of(run->cut.rows - first, SUM_ROWS));
}

static void weight_gradient(const conv_problem *problem, const float *x, const float *dy, int64_t images,
                            bool exact_order, const conv_weight_gradient *dw, int32_t threads, void *workspace) {
  weight_run run = weight_run_of(problem, images, threads, exact_order);
  run.x = x;
  run.dy = dy;
  run.dw = dw;
  run.sums = workspace;
  run.workers = (char *)workspace + sum_bytes(&run.cut);
  team_run(threads, (int64_t)run.cut.stretches * run.cut.parts, sum_stretch, &run);
  team_run(threads, parts_of(run.cut.rows, SUM_ROWS), end_sums, &run);
}
