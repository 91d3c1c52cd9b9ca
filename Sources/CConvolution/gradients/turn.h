// Samples of pixels copied from memory of either layout, one by one or turned LANES x LANES at a time.
#pragma once

#include "../shared/sizes.h"
#include "../shared/transpose.h"

/// The samples of one plane at up to LANES offsets.
INLINE vec load_pixels(const float *plane, const int32_t *offsets, bool consecutive, vmask mask) {
  return consecutive ? v_load_masked(plane + offsets[0], mask) : v_gather(plane, offsets, mask);
}

/// Turns up to LANES x LANES samples of planes that `channels` lists, or of consecutive ones, at any offsets.
static void gather_block(const float *from, ptrdiff_t channel, const int32_t *channels, int32_t count,
                         const int32_t *offsets, int32_t pixels, float *to, ptrdiff_t to_pixel) {
  vec a[LANES];
  const int32_t rows = least_of(count, LANES), columns = least_of(pixels, LANES);
  const bool consecutive = offsets[columns - 1] - offsets[0] == columns - 1;
  for (int i = 0; i < LANES; i++)
    a[i] = i < rows ? load_pixels(from + (channels ? channels[i] : i) * channel, offsets, consecutive, v_first(columns))
                    : v_zero();
  v_transpose(a);
  for (int i = 0; i < columns; i++) v_store_masked(to + i * to_pixel, v_first(rows), a[i]);
}

/// Writes channels-first samples as pixels, `to_pixel` floats apart: of the channels that are listed, or of consecutive
/// ones. The offsets rise.
static void turn_pixels(const float *from, ptrdiff_t channel, const int32_t *channels, int32_t count,
                        const int32_t *offsets, int32_t pixels, float *to, ptrdiff_t to_pixel) {
  for (int32_t row = 0; row < count; row += LANES)
    for (int32_t pixel = 0; pixel < pixels; pixel += LANES) {
      const int32_t c = block_begin(row, count), p = block_begin(pixel, pixels);
      const int32_t last = least_of(pixels - p, LANES) - 1;
      float *turned = to + p * to_pixel + c;
      if (channels) {
        gather_block(from, channel, channels + c, count - c, offsets + p, pixels - p, turned, to_pixel);
        continue;
      }
      // The next planes are pages away: nothing foresees them.
      EACH(i, LANES) __builtin_prefetch(from + (c + LANES + i) * channel + offsets[p]);
      if (offsets[p + last] - offsets[p] == last)
        turn_block(from + c * channel + offsets[p], channel, turned, to_pixel, count - c, pixels - p);
      else
        gather_block(from + c * channel, channel, NULL, count - c, offsets + p, pixels - p, turned, to_pixel);
    }
}

/// Copies `count` samples; fewer than a vector overwrite what is up to a vector behind them.
INLINE void copy_samples(const float *from, float *to, int32_t count) {
  if (count < LANES) {
    v_store(to, v_load_masked(from, v_first(count)));
    return;
  }
  for (int32_t i = 0; i < count - LANES; i += LANES) v_store(to + i, v_load(from + i));
  v_store(to + count - LANES, v_load(from + count - LANES));
}

/// Copies the samples of `count` channels that are listed in rising order, maybe several times, and may overwrite what
/// is up to a vector behind them. `lanes` says of each how far it is from the first one of its vector.
INLINE void copy_listed(const float *from, const int32_t *channels, const int32_t *lanes, float *to, int32_t count) {
  for (int32_t i = 0; i < count; i += LANES) {
    const int32_t present = least_of(count - i, LANES), last = lanes[i + present - 1];
    const float *first = from + channels[i];
    const bool near = present == LANES && last < LANES;
    v_store(to + i, near ? v_permute(v_load_masked(first, v_first(last + 1)), lanes + i)
                         : v_gather(first, lanes + i, v_first(present)));
  }
}
