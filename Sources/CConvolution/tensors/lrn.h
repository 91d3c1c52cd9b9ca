// Local response normalisation: a vector runs over neighbours inside, or over channels where there are none.
#pragma once

#include "cut.h"
#include "functions.h"

typedef struct {
  const float *x;
  float *y;
  int64_t channels, inner;
  int32_t size;
  float alpha, beta, k;
  cut cut;
} lrn_run;

/// x / (k + alpha / size sum) ^ beta.
INLINE vec lrn_of(const lrn_run *run, vec x, vec sum) {
  const vec base = v_fma(v_set(run->alpha / (float)run->size), sum, v_set(run->k));
  return v_mul(x, v_exp(v_mul(v_set(-run->beta), v_log(base))));
}

/// A vector of channels from `at` on; those that do not exist are 0.
INLINE vec load_channels(const float *x, int64_t at, int64_t channels) {
  if (at >= 0 && at + LANES <= channels) return v_load(x + at);
  if (at <= -LANES || at >= channels) return v_zero();
  uint32_t lanes = (1u << LANES) - 1;
  if (at < 0) lanes &= lanes << -at;
  if (at + LANES > channels) lanes &= (1u << (channels - at)) - 1;
  return v_load_masked(x + at, v_mask(lanes));
}

static void lrn_pixel(const lrn_run *run, const float *x, float *y) {
  const int32_t before = (run->size - 1) / 2;
  for (int64_t channel = 0; channel < run->channels; channel += LANES) {
    vec sum = v_zero();
    for (int32_t i = 0; i < run->size; i++) {
      const vec value = load_channels(x, channel - before + i, run->channels);
      sum = v_fma(value, value, sum);
    }
    v_store_masked(y + channel, v_first(clamped(run->channels - channel, 0, LANES)),
                   lrn_of(run, load_channels(x, channel, run->channels), sum));
  }
}

static void lrn_row(const lrn_run *run, const float *x, float *y, int64_t channel) {
  int64_t first = channel - (run->size - 1) / 2, end = first + run->size;
  if (first < 0) first = 0;
  if (end > run->channels) end = run->channels;
  for (int64_t i = 0; i < run->inner; i += LANES) {
    const vmask taken = v_first(clamped(run->inner - i, 0, LANES));
    vec sum = v_zero();
    for (int64_t c = first; c < end; c++) {
      const vec value = v_load_masked(x + c * run->inner + i, taken);
      sum = v_fma(value, value, sum);
    }
    const int64_t at = channel * run->inner + i;
    v_store_masked(y + at, taken, lrn_of(run, v_load_masked(x + at, taken), sum));
  }
}

/// A unit is a channel of an image, or a pixel.
static void lrn_units(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const lrn_run *run = context;
  const span units = units_of(&run->cut, task);
  for (int64_t unit = units.first; unit < units.end; unit++) {
    if (run->inner == 1) {
      lrn_pixel(run, run->x + unit * run->channels, run->y + unit * run->channels);
    } else {
      const int64_t image = unit / run->channels * run->channels * run->inner;
      lrn_row(run, run->x + image, run->y + image, unit % run->channels);
    }
  }
}

static void run_lrn(const float *x, float *y, int64_t outer, int64_t channels, int64_t inner, int32_t size, float alpha,
                    float beta, float k, int32_t threads) {
  if (outer == 0 || channels == 0 || inner == 0) return;
  lrn_run run = {.x = x, .y = y, .channels = channels, .inner = inner, .size = size, .alpha = alpha, .beta = beta,
                 .k = k};
  // A power takes longer than a copy, about four times.
  const int64_t elements = 4 * (inner == 1 ? channels : inner);
  run.cut = cut_units(inner == 1 ? outer : outer * channels, elements);
  run_units(&run.cut, elements, threads, lrn_units, &run);
}
