// Blocks of channels-first memory, turned to channels-last in the workspace. Of x, what the taps of the block read is
// staged once, whatever the border: the axes' indices are listed, and the places refer to the lists.
#pragma once

#include "../shared/transpose.h"
#include "places.h"

typedef struct {
  int32_t *source[3];  ///< of each axis, the inputs that are staged, in rising order
  int32_t count[3];
  int32_t *slot[3];    ///< of each axis, [input]: its place in the list, or UNREAD
  int32_t *offsets;    ///< of the pixels of one image
  float *x, *dy;
} stage;

INLINE stage take_stage(arena *a, const weight_cut *cut, const conv_problem *problem, const output_block *largest) {
  stage s = {0};
  const int64_t inputs = image_inputs(problem, largest), outputs = image_pixels(largest);
  for (int axis = 0; axis < 3; axis++) {
    s.source[axis] = TAKE(a, int32_t, most_inputs(&problem->axis[axis], largest->count[axis]));
    s.slot[axis] = TAKE(a, int32_t, problem->axis[axis].input);
  }
  // A vector of offsets is loaded whole.
  s.offsets = TAKE(a, int32_t, (inputs > outputs ? inputs : outputs) + LANES);
  s.x = TAKE(a, float, largest->images * inputs * problem->groups * problem->input_channels);
  s.dy = TAKE(a, float, (int64_t)block_pixels(largest) * most_part_outputs(cut));
  return s;
}

INLINE void begin_stage(stage *s, const conv_problem *problem) {
  for (int axis = 0; axis < 3; axis++)
    for (int32_t i = 0; i < problem->axis[axis].input; i++) s->slot[axis][i] = UNREAD;
}

/// Lists the inputs of one axis that the places refer to, and makes them refer to the list.
static void list_inputs(stage *s, int axis, int32_t *at, int32_t count) {
  int32_t *slot = s->slot[axis], first = INT32_MAX, last = -1, listed = 0;
  for (int32_t i = 0; i < count; i++) {
    if (at[i] == CONV_CONSTANT) continue;
    slot[at[i]] = 0;
    if (at[i] < first) first = at[i];
    if (at[i] > last) last = at[i];
  }
  for (int32_t i = first; i <= last; i++)
    if (slot[i] != UNREAD) {
      slot[i] = listed;
      s->source[axis][listed++] = i;
    }
  for (int32_t i = 0; i < count; i++)
    if (at[i] != CONV_CONSTANT) at[i] = slot[at[i]];
  for (int32_t i = 0; i < listed; i++) slot[s->source[axis][i]] = UNREAD;
  s->count[axis] = listed;
}

/// Turns up to LANES x LANES samples that do not lie side by side.
static void gather_block(const float *from, ptrdiff_t channel, const int32_t *offsets, float *to, ptrdiff_t to_row,
                         int32_t channels, int32_t pixels) {
  vec a[LANES];
  const vmask pixel_mask = v_first(least_of(pixels, LANES)), channel_mask = v_first(least_of(channels, LANES));
  for (int i = 0; i < LANES; i++) a[i] = i < channels ? v_gather(from + i * channel, offsets, pixel_mask) : v_zero();
  v_transpose(a);
  for (int i = 0; i < LANES && i < pixels; i++) v_store_masked(to + i * to_row, channel_mask, a[i]);
}

/// Writes pixels without gaps: to[pixel][channel]. The offsets rise.
static void turn_pixels(const float *from, ptrdiff_t channel, int32_t channels, const int32_t *offsets, int32_t pixels,
                        float *to) {
  for (int32_t row = 0; row < channels; row += LANES)
    for (int32_t pixel = 0; pixel < pixels; pixel += LANES) {
      const int32_t c = block_begin(row, channels), p = block_begin(pixel, pixels);
      const int32_t last = least_of(pixels - p, LANES) - 1;
      float *turned = to + (ptrdiff_t)p * channels + c;
      if (offsets[p + last] - offsets[p] == last)
        turn_block(from + c * channel + offsets[p], channel, turned, channels, channels - c, pixels - p);
      else
        gather_block(from + c * channel, channel, offsets + p, turned, channels, channels - c, pixels - p);
    }
}

/// Steps of staged pixels of so many channels.
INLINE conv_strides staged_steps(const int32_t count[3], int32_t channels) {
  const ptrdiff_t row = (ptrdiff_t)count[2] * channels, plane = count[1] * row;
  return (conv_strides){count[0] * plane, 1, {plane, row, channels}};
}

static void stage_inputs(stage *s, block_places *places, const conv_problem *problem, const float *x,
                         const weight_part *part) {
  const output_block *block = &places->block;
  const ptrdiff_t *step = problem->x.axis;
  const int32_t first_channel = part->first_group * problem->input_channels;
  const int32_t channels = part->end_group * problem->input_channels - first_channel;
  int32_t pixels = 0;
  for (int axis = 0; axis < 3; axis++)
    list_inputs(s, axis, places->at[axis], problem->axis[axis].kernel * block->count[axis]);
  for (int32_t z = 0; z < s->count[0]; z++)
    for (int32_t i = 0; i < s->count[1]; i++) {
      const ptrdiff_t row = s->source[0][z] * step[0] + s->source[1][i] * step[1];
      for (int32_t j = 0; j < s->count[2]; j++) s->offsets[pixels++] = (int32_t)(row + s->source[2][j] * step[2]);
    }
  for (int32_t n = 0; n < block->images; n++)
    turn_pixels(x + (block->first_image + n) * problem->x.image + first_channel * problem->x.channel, problem->x.channel,
                channels, s->offsets, pixels, s->x + (ptrdiff_t)n * pixels * channels);
  places->x = s->x - first_channel;
  places->x_steps = staged_steps(s->count, channels);
}

static void stage_outputs(stage *s, block_places *places, const conv_problem *problem, const float *dy,
                          const weight_part *part) {
  const output_block *block = &places->block;
  const ptrdiff_t *step = problem->y.axis;
  const int32_t channels = part->end_output - part->first_output;
  int32_t pixels = 0;
  for (int32_t d = 0; d < block->count[0]; d++)
    for (int32_t h = 0; h < block->count[1]; h++)
      for (int32_t w = 0; w < block->count[2]; w++)
        s->offsets[pixels++] = (int32_t)(d * step[0] + h * step[1] + w * step[2]);
  const float *first = dy + first_output(problem, block) + part->first_output * problem->y.channel;
  for (int32_t n = 0; n < block->images; n++)
    turn_pixels(first + (block->first_image + n) * problem->y.image, problem->y.channel, channels, s->offsets, pixels,
                s->dy + (ptrdiff_t)n * pixels * channels);
  places->dy = s->dy - part->first_output;
  places->dy_steps = staged_steps(block->count, channels);
}
