// Blocks laid out in the workspace so that they stay in the first-level cache. Of x, what the taps of the block read is
// staged once, whatever the border: the axes' indices are listed, and the places refer to the lists. Channels-first
// memory is turned to channels-last.
#pragma once

#include "output_tiles.h"
#include "panels.h"
#include "places.h"
#include "turn.h"

/// Pixels ahead of the one that is staged whose samples are fetched.
enum { PIXELS_AHEAD = 2 };

typedef struct {
  int32_t *source[3];  ///< of each axis, the inputs that are staged, in rising order
  int32_t count[3];
  int32_t *slot[3];    ///< of each axis, [input]: its place in the list, or UNREAD
  int32_t *offsets;    ///< in channels-first memory, of the pixels of one image
  float *x, *dy;
  ptrdiff_t panel;     ///< floats from panel to panel
  int32_t *partners;   ///< [set][output of the part]: the part's input channel; NULL where they are side by side
  int32_t *lanes;      ///< of each partner, channels from the first one of its vector
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
  if (stages_inputs(cut, problem))
    s.x = TAKE(a, float, most_staged_floats(cut, problem, largest->images * inputs));
  if (stages_outputs(cut, problem))
    s.dy = TAKE(a, float, most_part_outputs(cut) * staged_channel(block_pixels(largest)));
  if (cut->order == CHANNELWISE && problem->input_channels * problem->output_channels > 1) {
    s.partners = TAKE(a, int32_t, problem->input_channels * most_part_outputs(cut));
    s.lanes = TAKE(a, int32_t, problem->input_channels * most_part_outputs(cut) + LANES);
  }
  return s;
}

INLINE void begin_stage(stage *s, const conv_problem *problem, const weight_part *part) {
  for (int axis = 0; axis < 3; axis++)
    for (int32_t i = 0; i < problem->axis[axis].input; i++) s->slot[axis][i] = UNREAD;
  if (!s->partners) return;
  const int32_t outputs = part->end_output - part->first_output;
  for (int32_t c = 0, at = 0; c < problem->input_channels; c++)
    for (int32_t o = 0; o < outputs; o++, at++) {
      const int32_t group = (part->first_output + o) / problem->output_channels - part->first_group;
      s->partners[at] = group * problem->input_channels + c;
      s->lanes[at] = s->partners[at] - s->partners[at - o % LANES];
    }
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

/// Where a panel's pixels begin.
INLINE float *panel_pixels(const stage *s, const staged_channels *staged, int32_t set, int32_t panel) {
  return s->x + (set * (ptrdiff_t)staged->panels + panel) * s->panel + CONSTANTS * staged->width;
}

/// Brings near the channels of a pixel that are staged soon: pixels of many channels are on pages of their own.
INLINE void fetch_pixel(const float *from, int32_t channels) {
  for (int32_t c = 0; c < channels; c += LINE_FLOATS) __builtin_prefetch(from + c);
}

/// Stages the listed inputs of one image of channels-last memory, from `at` on in every panel; `x` is its first sample
/// of the first channel.
static void copy_image(const stage *s, const staged_channels *staged, const conv_problem *problem, const float *x,
                       ptrdiff_t at) {
  const ptrdiff_t *step = problem->x.axis;
  for (int32_t z = 0; z < s->count[0]; z++)
    for (int32_t i = 0; i < s->count[1]; i++)
      for (int32_t j = 0; j < s->count[2]; j++, at += staged->width) {
        const float *row = x + s->source[0][z] * step[0] + s->source[1][i] * step[1];
        const float *from = row + s->source[2][j] * step[2];
        if (j + PIXELS_AHEAD < s->count[2])
          fetch_pixel(row + s->source[2][j + PIXELS_AHEAD] * step[2], staged->sets * staged->channels);
        for (int32_t set = 0; set < staged->sets; set++)
          for (int32_t panel = 0; panel < staged->panels; panel++) {
            const int32_t first = panel * staged->width, count = least_of(staged->channels - first, staged->width);
            float *to = panel_pixels(s, staged, set, panel) + at;
            const ptrdiff_t channel = set * (ptrdiff_t)staged->channels + first;
            if (s->partners)
              copy_listed(from, s->partners + channel, s->lanes + channel, to, count);
            else
              copy_samples(from + channel, to, count);
          }
      }
}

/// The same of channels-first memory.
static void turn_image(const stage *s, const staged_channels *staged, const conv_problem *problem, const float *x,
                       ptrdiff_t at) {
  const ptrdiff_t *step = problem->x.axis;
  int32_t pixels = 0;
  for (int32_t z = 0; z < s->count[0]; z++)
    for (int32_t i = 0; i < s->count[1]; i++)
      for (int32_t j = 0; j < s->count[2]; j++)
        s->offsets[pixels++] =
            (int32_t)(s->source[0][z] * step[0] + s->source[1][i] * step[1] + s->source[2][j] * step[2]);
  for (int32_t set = 0; set < staged->sets; set++)
    for (int32_t panel = 0; panel < staged->panels; panel++) {
      const int32_t first = panel * staged->width, count = least_of(staged->channels - first, staged->width);
      const ptrdiff_t channel = set * (ptrdiff_t)staged->channels + first;
      turn_pixels(x + (s->partners ? 0 : channel) * problem->x.channel, problem->x.channel,
                  s->partners ? s->partners + channel : NULL, count, s->offsets, pixels,
                  panel_pixels(s, staged, set, panel) + at, staged->width);
    }
}

/// Steps of staged pixels of so many channels.
INLINE conv_strides staged_steps(const int32_t count[3], int32_t channels) {
  const ptrdiff_t row = (ptrdiff_t)count[2] * channels, plane = count[1] * row;
  return (conv_strides){count[0] * plane, 1, {plane, row, channels}};
}

/// Stages what the block reads of x; the places are those of the first panel.
static void stage_inputs(stage *s, block_places *places, const conv_problem *problem, const float *x,
                         const staged_channels *staged) {
  const output_block *block = &places->block;
  for (int axis = 0; axis < 3; axis++)
    list_inputs(s, axis, places->at[axis], problem->axis[axis].kernel * block->count[axis]);
  places->x_steps = staged_steps(s->count, staged->width);
  places->x = s->x + CONSTANTS * staged->width;
  s->panel = panel_floats(staged, block->images * (int64_t)s->count[0] * s->count[1] * s->count[2]);
  for (int32_t n = 0; n < block->images; n++) {
    const float *image = x + (block->first_image + n) * problem->x.image + staged->first * problem->x.channel;
    if (problem->layout == CONV_CHANNELS_FIRST)
      turn_image(s, staged, problem, image, n * places->x_steps.image);
    else
      copy_image(s, staged, problem, image, n * places->x_steps.image);
  }
  for (int axis = 0; axis < CONSTANTS; axis++) {
    places->constant[axis] = s->x + axis * staged->width;
    for (int32_t panel = 0; panel < staged->sets * staged->panels; panel++)
      for (int32_t c = 0; c < staged->width; c++)
        s->x[panel * s->panel + axis * staged->width + c] = problem->axis[axis].constant[0];
  }
}

/// Lists the offsets of the block's outputs in one image. Returns how many.
INLINE int32_t list_outputs(stage *s, const output_block *block, const ptrdiff_t step[3]) {
  int32_t pixels = 0;
  for (int32_t d = 0; d < block->count[0]; d++)
    for (int32_t h = 0; h < block->count[1]; h++)
      for (int32_t w = 0; w < block->count[2]; w++)
        s->offsets[pixels++] = (int32_t)(d * step[0] + h * step[1] + w * step[2]);
  return pixels;
}

/// Stages the part's channels of what the block reads of dy, pixel by pixel: channels that meet one by one.
static void stage_pixels(stage *s, block_places *places, const conv_problem *problem, const float *dy,
                         const weight_part *part) {
  const output_block *block = &places->block;
  const int32_t channels = part->end_output - part->first_output;
  const int32_t pixels = list_outputs(s, block, problem->y.axis);
  const float *first = dy + first_output(problem, block) + part->first_output * problem->y.channel;
  for (int32_t n = 0; n < block->images; n++)
    turn_pixels(first + (block->first_image + n) * problem->y.image, problem->y.channel, NULL, channels, s->offsets,
                pixels, s->dy + (ptrdiff_t)n * pixels * channels, channels);
  places->dy = s->dy - part->first_output;
  places->dy_steps = staged_steps(block->count, channels);
}

/// Turns the tiles of a group of the part from one image, whose first pixel is the `at`-th of the block: `first` is
/// its first output, of the group's first channel.
static void turn_tiles(const stage *s, const output_tiles *tiles, const conv_problem *problem, const float *first,
                       int32_t at, int32_t pixels) {
  for (int32_t i = 0; i < tiles->count; i++) {
    const int32_t begin = tile_begin(tiles, i), channels = tile_channels(tiles, i);
    // Whole vectors are turned: the pixels that follow overwrite what is beyond one.
    const int32_t turned = least_of(tiles->channels - begin, LANES);
    turn_pixels(first + begin * problem->y.channel, problem->y.channel, NULL, turned, s->offsets, pixels,
                staged_tile(tiles, i) + at * channels, channels);
  }
}

/// The same of channels-last memory.
static void copy_tiles(const stage *s, const output_tiles *tiles, const float *first, int32_t at, int32_t pixels) {
  for (int32_t pixel = 0; pixel < pixels; pixel++) {
    if (pixel + PIXELS_AHEAD < pixels) fetch_pixel(first + s->offsets[pixel + PIXELS_AHEAD], tiles->channels);
    for (int32_t i = 0; i < tiles->count; i++) {
      const int32_t begin = tile_begin(tiles, i), channels = tile_channels(tiles, i);
      v_store(staged_tile(tiles, i) + (at + pixel) * channels,
              v_load_masked(first + s->offsets[pixel] + begin, v_first(channels)));
    }
  }
}

/// Stages the part's channels of what the block reads of dy in tiles.
static void stage_outputs(stage *s, block_places *places, const weight_cut *cut, const conv_problem *problem,
                          const float *dy, const weight_part *part) {
  const output_block *block = &places->block;
  const int32_t pixels = list_outputs(s, block, problem->y.axis);
  for (int32_t n = 0; n < block->images; n++) {
    const float *image = dy + (block->first_image + n) * problem->y.image + first_output(problem, block);
    for (int32_t group = part->first_group; group < part->end_group; group++) {
      const output_tiles tiles = tiles_of_group(cut, problem, part, group, block_pixels(block), s->dy);
      const float *first = image + tiles.first * problem->y.channel;
      if (problem->layout == CONV_CHANNELS_FIRST)
        turn_tiles(s, &tiles, problem, first, n * pixels, pixels);
      else
        copy_tiles(s, &tiles, first, n * pixels, pixels);
    }
  }
  places->dy_steps = staged_steps(block->count, 1);
}
