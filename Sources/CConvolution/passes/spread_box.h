// A phase's outputs of a task, in the workspace without gaps, and how they are spread over the image.
#pragma once

#include <string.h>

#include "convolution.h"
#include "../shared/sizes.h"

typedef struct {
  const conv_spread *spread;
  const conv_phase *phase;
  int32_t places;               ///< outputs that are merged with one, itself counted
  int32_t first_channel;        ///< of the phase's own
  int32_t groups, channels;     ///< of the image in the box
  int32_t first[3], end[3];     ///< of the phase's own outputs
  conv_strides samples, image;  ///< of the image, from one of its own outputs to the next
} spread_box;

static inline spread_box spread_box_of(const conv_spread *spread, const conv_phase *phase, const conv_task *part) {
  const conv_problem *problem = phase->problem;
  const int32_t places = phase->merged[0] * phase->merged[1] * phase->merged[2];
  const int32_t first_channel = phase->kernel->panel_channel(problem, part->first_panel);
  const int32_t channels = phase->kernel->panel_channel(problem, part->end_panel) - first_channel;
  // Where outputs are merged a task has all channels.
  const int32_t groups = places > 1 ? problem->groups : 1;
  spread_box box = {
      .spread = spread,
      .phase = phase,
      .places = places,
      .first_channel = first_channel,
      .groups = groups,
      .channels = channels / places / groups,
      .image.channel = problem->y.channel,
  };
  const bool channels_first = problem->layout == CONV_CHANNELS_FIRST;
  ptrdiff_t distance = channels_first ? 1 : channels;
  for (int a = 2; a >= 0; a--) {
    box.first[a] = part->first[a];
    box.end[a] = part->end[a];
    box.image.axis[a] = problem->y.axis[a] / phase->step[a];
    box.samples.axis[a] = distance;
    distance *= part->end[a] - part->first[a];
  }
  box.samples.channel = channels_first ? distance : 1;
  return box;
}

/// From the workspace to where index 0 of every axis and channel would lie.
static inline ptrdiff_t spread_box_origin(const spread_box *box) {
  ptrdiff_t origin = -(box->first_channel * box->samples.channel);
  for (int a = 0; a < 3; a++) origin -= box->first[a] * box->samples.axis[a];
  return origin;
}

/// Distances from one of a row's outputs to the next, and from one of those merged with it to the next.
typedef struct {
  ptrdiff_t output, place;
} row_steps;

static inline void copy_runs(float *to, ptrdiff_t to_step, const float *from, ptrdiff_t from_step, int32_t count,
                             int32_t run) {
  for (int32_t i = 0; i < count; i++) memcpy(to + i * to_step, from + i * from_step, (size_t)run * sizeof *to);
}

static inline void copy_places(float *to, row_steps to_steps, const float *from, row_steps from_steps, int32_t count,
                               int32_t places) {
  for (int32_t i = 0; i < count; i++)
    for (int32_t c = 0; c < places; c++)
      to[i * to_steps.output + c * to_steps.place] = from[i * from_steps.output + c * from_steps.place];
}

/// Copies `count` outputs of a row, `places` of each, and `run` channels side by side of each of those.
static inline void copy_row(float *to, row_steps to_steps, const float *from, row_steps from_steps, int32_t count,
                            int32_t places, int32_t run) {
  if (to_steps.place == run && from_steps.place == run) {
    run *= places;
    places = 1;
  }
  // What there is most of, for the compiler to unroll: planes that alternate, and few channels.
  if (run == 1 && to_steps.output == 2 && to_steps.place == 1 && from_steps.output == 1 && places == 2)
    return copy_places(to, (row_steps){2, 1}, from, (row_steps){1, from_steps.place}, count, 2);
  if (run == 1 && places == 2) return copy_places(to, to_steps, from, from_steps, count, 2);
  if (run == 1) {
    for (int32_t c = 0; c < places; c++, to += to_steps.place, from += from_steps.place)
      copy_places(to, to_steps, from, from_steps, count, 1);
    return;
  }
  for (int32_t c = 0; c < places; c++, to += to_steps.place, from += from_steps.place) switch (run) {
      case 2: copy_runs(to, to_steps.output, from, from_steps.output, count, 2); break;
      case 3: copy_runs(to, to_steps.output, from, from_steps.output, count, 3); break;
      case 4: copy_runs(to, to_steps.output, from, from_steps.output, count, 4); break;
      case 6: copy_runs(to, to_steps.output, from, from_steps.output, count, 6); break;
      default: copy_runs(to, to_steps.output, from, from_steps.output, count, run);
    }
}

/// Of the outputs merged with output `o` along an axis, those that are the image's: from *first to *end.
static inline void clip(const spread_box *box, int axis, int32_t o, int32_t *first, int32_t *end) {
  const int64_t start = box->phase->first[axis] + (int64_t)box->phase->step[axis] * o;
  const int32_t merged = box->phase->merged[axis];
  *first = clamped(box->spread->first[axis] - start, 0, merged);
  *end = clamped(box->spread->end[axis] - start, *first, merged);
}

/// Where a row of outputs lies, and those merged with them: index 0 of the phase's outputs along it.
typedef struct {
  ptrdiff_t sample, pixel;
  int32_t run;  ///< channels side by side in both
} spread_row;

/// Copies a row to the image, or what the image has in its place to the row.
static inline void copy_width(const spread_box *box, spread_row row, float *to, const float *from, bool to_image) {
  const int32_t merged = box->phase->merged[2], last = box->end[2] - 1;
  const row_steps samples = {box->samples.axis[2], box->channels * box->samples.channel};
  const row_steps image = {box->phase->step[2] * box->image.axis[2], box->image.axis[2]};
  for (int32_t o = box->first[2], count; o <= last; o += count) {
    int32_t place, end, last_place, last_end;
    clip(box, 2, o, &place, &end);
    clip(box, 2, last, &last_place, &last_end);
    // All outputs between the first one and the last one are inside as a whole.
    count = end - place < merged ? 1 : last - o + (last_end - last_place == merged);
    const ptrdiff_t sample = row.sample + o * samples.output + place * samples.place;
    const ptrdiff_t pixel = row.pixel + o * image.output + place * image.place;
    if (to_image)
      copy_row(to + pixel, image, from + sample, samples, count, end - place, row.run);
    else
      copy_row(to + sample, samples, from + pixel, image, count, end - place, row.run);
  }
}

/// Copies a box to the image, or what the image has in its place to the box. Index 0 of every axis and channel would lie at
/// `to` and `from`.
static inline void copy_box(const spread_box *box, float *to, const float *from, bool to_image) {
  const int32_t *merged = box->phase->merged, *step = box->phase->step, channels = box->channels;
  const conv_strides *samples = &box->samples, *image = &box->image;
  const bool side_by_side = samples->channel == 1 && image->channel == 1;
  const int32_t run = side_by_side ? channels : 1;
  for (int32_t i = box->first[0]; i < box->end[0]; i++)
    for (int32_t j = box->first[1]; j < box->end[1]; j++) {
      int32_t first_a, end_a, first_b, end_b;
      clip(box, 0, i, &first_a, &end_a);
      clip(box, 1, j, &first_b, &end_b);
      for (int32_t a = first_a; a < end_a; a++)
        for (int32_t b = first_b; b < end_b; b++)
          for (int32_t g = 0; g < box->groups; g++)
            for (int32_t c = 0; c < channels; c += run) {
              const int32_t place = (a * merged[1] + b) * merged[2];
              const int32_t sample = box->first_channel + (g * box->places + place) * channels + c;
              const int32_t channel = box->first_channel + g * channels + c;
              const ptrdiff_t depth = (ptrdiff_t)i * step[0] + a, height = (ptrdiff_t)j * step[1] + b;
              const spread_row row = {
                  sample * samples->channel + i * samples->axis[0] + j * samples->axis[1],
                  channel * image->channel + depth * image->axis[0] + height * image->axis[1],
                  run,
              };
              copy_width(box, row, to, from, to_image);
            }
    }
}
