// Runs the resampling of one axis.
#pragma once

#include "lane_taps.h"
#include "rows.h"

enum {
  /// Taps of vectors that are kept at a time.
  MOST_LANE_TAPS = 128,
};

typedef struct {
  const conv_resampling *resampling;
  const float *x;
  float *y;
  int64_t outputs_together, parts;  ///< outputs whose taps are found at a time, and how often that is
  cut cut;
} resampling_run;

/// A unit is an output of rows.
static void resample_row_units(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const resampling_run *run = context;
  const conv_resampling *r = run->resampling;
  const span units = units_of(&run->cut, task);
  for (int64_t unit = units.first; unit < units.end; unit++)
    resample_rows(r, unit % r->outputs, run->x + unit / r->outputs * r->n * r->inner, r->inner,
                  run->y + unit * r->inner, r->inner);
}

/// A task is a part of the outputs of some rows: their taps are found once.
static void resample_along_task(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const resampling_run *run = context;
  const conv_resampling *r = run->resampling;
  const span rows = units_of(&run->cut, task / run->parts);
  const int64_t begin = task % run->parts * run->outputs_together;
  const int64_t end = begin + run->outputs_together < r->outputs ? begin + run->outputs_together : r->outputs;
  lane_tap taps[MOST_LANE_TAPS];
  for (int32_t tap = 0; tap < r->taps; tap += MOST_LANE_TAPS) {
    const int32_t count = least_of(r->taps - tap, MOST_LANE_TAPS);
    find_lane_taps(r, (span){begin, end}, tap, tap + count, taps);
    for (int64_t row = rows.first; row < rows.end; row++)
      resample_along(r, taps, count, tap == 0, run->x + row * r->n, run->y + row * r->outputs + begin, end - begin);
  }
}

static void run_resampling(const conv_resampling *r, const float *x, float *y, int32_t threads) {
  if (r->outer == 0 || r->outputs == 0 || r->inner == 0) return;
  resampling_run run = {.resampling = r, .x = x, .y = y};
  if (r->inner > 1) {
    run.cut = cut_units(r->outer * r->outputs, r->inner);
    run_units(&run.cut, r->inner, threads, resample_row_units, &run);
    return;
  }
  run.outputs_together = (MOST_LANE_TAPS / r->taps > 1 ? MOST_LANE_TAPS / r->taps : 1) * LANES;
  run.parts = (r->outputs + run.outputs_together - 1) / run.outputs_together;
  run.cut = cut_units(r->outer, r->outputs < run.outputs_together ? r->outputs : run.outputs_together);
  const int64_t tasks = (r->outer + run.cut.together - 1) / run.cut.together * run.parts;
  team_run(threads_for(r->outer * r->outputs, threads), tasks, resample_along_task, &run);
}
