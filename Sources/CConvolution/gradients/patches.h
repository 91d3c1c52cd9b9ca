// Patches: what all taps of one pixel and group read, side by side, so that a vector of sums goes across taps.
#pragma once

#include "stage.h"
#include "taps.h"

/// Floats of the patches of a block: a copy may write up to a vector behind the last one.
INLINE int64_t patch_floats(const weight_cut *cut, const output_block *largest) {
  return cut->order == PATCHED ? block_pixels(largest) * (int64_t)cut->row + LANES : 0;
}

/// Writes the patches of a group, the `group`-th of the places, `row` floats apart, and lists them as one tap's pixels.
static void fill_patches(const block_places *places, const conv_problem *problem, int32_t group, ptrdiff_t row,
                         float *patches, tap_pixel *pixels) {
  const output_block *block = &places->block;
  const conv_axis *width = &problem->axis[2];
  const int32_t channels = problem->input_channels, columns = block->count[2];
  const ptrdiff_t *step = places->x_steps.axis, first_channel = (ptrdiff_t)group * channels;
  // Pixels are side by side: taps of a row are one run of samples where none is outside.
  const bool joins = step[2] == channels && width->dilation == 1;
  for (int32_t n = 0; n < block->images; n++)
    for (int32_t d = 0; d < block->count[0]; d++)
      for (int32_t h = 0; h < block->count[1]; h++)
        for (int32_t w = 0; w < columns; w++, patches += row) {
          const int32_t *at = places->at[2] + w, first = at[0], last = at[(width->kernel - 1) * columns];
          const bool joined = joins && first >= 0 && last - first == width->kernel - 1;
          float *to = patches;
          for (int32_t kd = 0; kd < problem->axis[0].kernel; kd++)
            for (int32_t kh = 0; kh < problem->axis[1].kernel; kh++) {
              const int32_t z = places->at[0][kd * block->count[0] + d];
              const int32_t i = places->at[1][kh * block->count[1] + h];
              const bool outside = (z | i) < 0;
              const float *x = places->x + n * places->x_steps.image + first_channel;
              if (!outside) x += z * step[0] + i * step[1];
              if (joined && !outside) {
                copy_samples(x + first * step[2], to, width->kernel * channels);
                to += width->kernel * channels;
                continue;
              }
              for (int32_t kw = 0; kw < width->kernel; kw++, to += channels) {
                const int32_t j = at[kw * columns];
                const float *constant = constant_of(places, i, j) + first_channel;
                copy_samples(outside || j < 0 ? constant : x + j * step[2], to, channels);
              }
            }
          const ptrdiff_t dy = n * places->dy_steps.image + d * places->dy_steps.axis[0] +
                               h * places->dy_steps.axis[1] + w * places->dy_steps.axis[2];
          *pixels++ = (tap_pixel){patches, dy};
        }
}
