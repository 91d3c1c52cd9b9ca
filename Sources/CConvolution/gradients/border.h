// What inputs receive through taps that lie outside and read them. A task has one row of inputs of one image; every
// input sums what it receives in one order. A vector runs over input channels.
#pragma once

#include "../team/team.h"
#include "pairs.h"

/// Vectors of channels that are summed together.
enum { BORDER_VECTORS = 4 };

typedef struct {
  const conv_problem *problem;
  const conv_weights *weights;
  const float *dy;
  float *dx;
  axis_pairs pairs[3];
  float *packed;   ///< [group][tap][output channel][input channel]
  int32_t filter;  ///< floats of one tap and output channel: whole vectors
} border_run;

INLINE border_run take_border(arena *a, const conv_problem *problem) {
  border_run run = {.problem = problem, .filter = parts_of(problem->input_channels, LANES) * LANES};
  for (int axis = 0; axis < 3; axis++) run.pairs[axis] = take_pairs(a, &problem->axis[axis]);
  run.packed =
      TAKE(a, float, (int64_t)problem->groups * problem->output_channels * tap_count(problem) * run.filter);
  return run;
}

static size_t border_share_bytes(const conv_problem *problem) {
  arena a = {0};
  take_border(&a, problem);
  return a.used;
}

/// Packs the weights of one output channel.
static void pack_output(void *context, int64_t output, int32_t worker) {
  (void)worker;
  const border_run *run = context;
  const conv_problem *problem = run->problem;
  const conv_axis *axis = problem->axis;
  const conv_weights *w = run->weights;
  const int64_t group = output / problem->output_channels, channel = output % problem->output_channels;
  float *to = run->packed + (group * tap_count(problem) * problem->output_channels + channel) * run->filter;
  for (int32_t kd = 0; kd < axis[0].kernel; kd++)
    for (int32_t kh = 0; kh < axis[1].kernel; kh++)
      for (int32_t kw = 0; kw < axis[2].kernel; kw++, to += (ptrdiff_t)problem->output_channels * run->filter)
        for (int32_t c = 0; c < run->filter; c++)
          to[c] = c < problem->input_channels
                      ? w->data[output * w->output_stride + c * w->input_stride + kd * w->kernel_stride[0] +
                                kh * w->kernel_stride[1] + kw * w->kernel_stride[2]]
                      : 0;
}

/// An input: its indices, and its image's gradients.
typedef struct {
  int32_t at[3];
  const float *dy;
  float *dx;
} border_input;

/// Adds what one output gives to some channels through one tap, summed on its own.
INLINE void add_output(const border_run *run, const float *dy, const float *weights, const int vectors,
                       vec sums[BORDER_VECTORS]) {
  vec sum[BORDER_VECTORS];
  EACH(v, vectors) sum[v] = v_zero();
  for (int32_t o = 0; o < run->problem->output_channels; o++, weights += run->filter) {
    const vec gradient = v_set(dy[o * run->problem->y.channel]);
    EACH(v, vectors) sum[v] = v_fma(gradient, v_load(weights + v * LANES), sum[v]);
  }
  EACH(v, vectors) sums[v] = v_add(sums[v], sum[v]);
}

/// Adds what some channels of a group receive, from the `first`-th one on.
INLINE void add_channels(const border_run *run, const border_input *input, int32_t group, int32_t first,
                         const int vectors) {
  const conv_problem *problem = run->problem;
  const conv_axis *axis = problem->axis;
  const axis_pairs *pairs = run->pairs;
  const int32_t *at = input->at;
  const float *packed = run->packed + first;
  const float *dy = input->dy + group * problem->output_channels * problem->y.channel;
  const ptrdiff_t tap_weights = (ptrdiff_t)problem->output_channels * run->filter;
  vec sum[BORDER_VECTORS];
  EACH(v, vectors) sum[v] = v_zero();
  for (int32_t d = pairs[0].begin[at[0]]; d < pairs[0].begin[at[0] + 1]; d++)
    for (int32_t h = pairs[1].begin[at[1]]; h < pairs[1].begin[at[1] + 1]; h++)
      for (int32_t w = pairs[2].begin[at[2]]; w < pairs[2].begin[at[2] + 1]; w++) {
        const axis_pair z = pairs[0].pairs[d], i = pairs[1].pairs[h], j = pairs[2].pairs[w];
        if (!(z.outside || i.outside || j.outside)) continue;
        const ptrdiff_t tap = ((group * (ptrdiff_t)axis[0].kernel + z.tap) * axis[1].kernel + i.tap) * axis[2].kernel +
                              j.tap;
        add_output(run,
                   dy + z.output * problem->y.axis[0] + i.output * problem->y.axis[1] + j.output * problem->y.axis[2],
                   packed + tap * tap_weights, vectors, sum);
      }
  float sums[BORDER_VECTORS * LANES];
  EACH(v, vectors) v_store(sums + v * LANES, sum[v]);
  const int32_t count = least_of(problem->input_channels - first, vectors * LANES);
  float *dx = input->dx + (group * (ptrdiff_t)problem->input_channels + first) * problem->x.channel;
  for (int32_t c = 0; c < count; c++) dx[c * problem->x.channel] += sums[c];
}

static void add_input(const border_run *run, const border_input *input) {
  for (int32_t group = 0; group < run->problem->groups; group++) {
    int32_t channel = 0;
    for (; channel + BORDER_VECTORS * LANES <= run->filter; channel += BORDER_VECTORS * LANES)
      add_channels(run, input, group, channel, BORDER_VECTORS);
    for (; channel < run->filter; channel += LANES) add_channels(run, input, group, channel, 1);
  }
}

static void add_inputs_of_row(void *context, int64_t item, int32_t worker) {
  (void)worker;
  const border_run *run = context;
  const conv_problem *problem = run->problem;
  const conv_axis *axis = problem->axis;
  const int64_t plane = item / axis[1].input, image = plane / axis[0].input;
  border_input input = {.at = {(int32_t)(plane % axis[0].input), (int32_t)(item % axis[1].input), 0},
                        .dy = run->dy + image * problem->y.image};
  const bool whole = run->pairs[0].is_outside[input.at[0]] || run->pairs[1].is_outside[input.at[1]];
  for (int32_t *j = &input.at[2]; *j < axis[2].input; (*j)++) {
    if (!whole && !run->pairs[2].is_outside[*j]) continue;
    input.dx = run->dx + image * problem->x.image + input.at[0] * problem->x.axis[0] +
               input.at[1] * problem->x.axis[1] + *j * problem->x.axis[2];
    add_input(run, &input);
  }
}

static void add_border_share(const conv_problem *problem, const conv_weights *weights, const float *dy, int64_t images,
                             float *dx, int32_t threads, void *workspace) {
  arena a = {.memory = workspace};
  border_run run = take_border(&a, problem);
  run.weights = weights;
  run.dy = dy;
  run.dx = dx;
  for (int axis = 0; axis < 3; axis++) find_pairs(&run.pairs[axis], &problem->axis[axis]);
  team_run(threads, problem->groups * problem->output_channels, pack_output, &run);
  team_run(threads, images * problem->axis[0].input * problem->axis[1].input, add_inputs_of_row, &run);
}
