// Which columns of the image some outputs of a row need.
#pragma once

#include "band.h"

/// A range of the columns of an image.
typedef struct {
  int32_t begin, end;
} column_range;

/// The columns from the first to the last one that the outputs first..<end need.
INLINE column_range columns_of(const conv_axis *width, int32_t first, int32_t end) {
  column_range range = {INT32_MAX, 0};
  for (int32_t o = first; o < end; o++) {
    // Of those inside, the first and the last one are enough.
    if (o > first && is_inside(width, o - 1) && o + 1 < end && is_inside(width, o + 1)) continue;
    const tap_row taps = taps_of(width, o);
    for (int32_t k = 0; k < width->kernel; k++) {
      const int32_t j = tap_index(taps, k);
      if (j < 0) continue;
      if (j < range.begin) range.begin = j;
      if (j >= range.end) range.end = j + 1;
    }
  }
  return range.end > 0 ? range : (column_range){0, 0};
}

/// Whether rows are long, and so are the ways along them between the taps of one output.
INLINE bool has_long_taps(const conv_problem *problem) {
  const conv_axis *width = &problem->axis[2];
  if (has_short_rows(problem, width->input)) return false;
  const int64_t most = band_cache(problem) / (problem->axis[1].kernel * input_row_bytes(problem, 1));
  if (tap_span(width) > most) return true;
  for (int32_t o = 0; o < width->output; o++) {
    if (o == width->inside_begin && o < width->inside_end) o = width->inside_end;
    if (o == width->output) break;
    const column_range inputs = columns_of(width, o, o + 1);
    if (inputs.end - inputs.begin > tap_span(width)) return true;
  }
  return false;
}
