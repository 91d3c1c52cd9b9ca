// Row by row, or plane by plane where rows have no gap between them.
#include "../../shared/transpose.h"
#include "turner.h"

/// A run of pixels at the same distance from each other, so many a plane.
typedef struct {
  int32_t pixels, runs;
} pixel_runs;

INLINE pixel_runs runs_of(const conv_strides *strides, const conv_box *box) {
  const int32_t rows = box->end[1] - box->first[1], columns = box->end[2] - box->first[2];
  const bool whole = strides->axis[1] == columns * strides->axis[2];
  return whole ? (pixel_runs){rows * columns, 1} : (pixel_runs){columns, rows};
}

/// Where a run of a box begins in the image.
INLINE ptrdiff_t run_begin(const conv_strides *strides, const conv_box *box, int32_t plane, int32_t run) {
  return box->first_channel * strides->channel + plane * strides->axis[0] + (box->first[1] + run) * strides->axis[1] +
         box->first[2] * strides->axis[2];
}

static void to_last(const float *image, const conv_strides *strides, const conv_box *box, float *turned) {
  const int32_t channels = box->end_channel - box->first_channel;
  const pixel_runs runs = runs_of(strides, box);
  for (int32_t plane = box->first[0]; plane < box->end[0]; plane++)
    for (int32_t run = 0; run < runs.runs; run++, turned += (ptrdiff_t)runs.pixels * channels)
      transpose_planes(image + run_begin(strides, box, plane, run), strides->channel, turned, channels, runs.pixels);
}

static void last_to_first(const float *image, const conv_strides *strides, const conv_box *box, float *turned) {
  const int32_t channels = box->end_channel - box->first_channel, planes = box->end[0] - box->first[0];
  const pixel_runs runs = runs_of(strides, box);
  const ptrdiff_t volume = (ptrdiff_t)planes * runs.runs * runs.pixels;
  for (int32_t plane = box->first[0]; plane < box->end[0]; plane++)
    for (int32_t run = 0; run < runs.runs; run++, turned += runs.pixels)
      transpose(image + run_begin(strides, box, plane, run), strides->axis[2], turned, volume, runs.pixels, channels);
}

static void to_first(const float *turned, const conv_box *box, float *image, const conv_strides *strides) {
  const int32_t channels = box->end_channel - box->first_channel;
  const pixel_runs runs = runs_of(strides, box);
  for (int32_t plane = box->first[0]; plane < box->end[0]; plane++)
    for (int32_t run = 0; run < runs.runs; run++, turned += (ptrdiff_t)runs.pixels * channels)
      transpose(turned, channels, image + run_begin(strides, box, plane, run), strides->channel, runs.pixels,
                channels);
}

const conv_turner SIMD_NAME(conv_turner) = {to_last, to_first, last_to_first};
