// Pooling: what a window of one channel comes to, and the way back from a maximum to where it was.
#ifndef CCONVOLUTION_POOLING_H
#define CCONVOLUTION_POOLING_H

#include "convolution.h"

/// The largest sample, where a NaN counts as larger than any; the mean; the norm (sum |x|^power)^(1/power).
typedef enum { CONV_POOL_MAX, CONV_POOL_AVERAGE, CONV_POOL_NORM } conv_pool_kind;

/// A pooling of one image. A tap that lies outside the input is left out.
typedef struct {
  conv_pool_kind kind;
  int32_t power;        ///< of CONV_POOL_NORM
  conv_layout layout;   ///< of x and y
  int32_t channels;
  conv_axis axis[3];    ///< without maps and constants: none are asked for
  int64_t counted_begin[3], counted_end[3];  ///< a mean is divided by the taps at these positions
  conv_strides x, y;    ///< indices lie as y does
} conv_pool;

/// Memory of one run.
typedef struct {
  const float *x;
  float *y;
  int64_t *indices;  ///< of CONV_POOL_MAX: where in N C *spatial of the whole input the maximum lies; NULL: not asked for
} conv_pool_operands;

/// Runs every task, a range of channels (its panels) over a rectangle of the output, for each of `images` images on up to
/// `threads` threads.
void conv_pool_run(conv_isa isa, const conv_pool *pool, const conv_pool_operands *operands, int64_t images,
                   const conv_task *tasks, int32_t task_count, int32_t threads);

/// Values and where they go to. All extents are depth, height, width.
typedef struct {
  conv_layout layout;
  int64_t images;
  int32_t channels;
  int64_t values;               ///< of a channel
  int32_t indexed[3];           ///< the extents that indices count in, as N C *spatial
  int32_t output[3];
  const float *value;           ///< in the layout, as are their indices
  const int64_t *index;
  float *y;
} conv_unpooling;

/// Writes zeros, and every value to where its index says; of several at one place the last. Returns the position of the
/// first value whose index is not of its own image and channel or lies outside the output; -1 where there is none.
int64_t conv_unpool(const conv_unpooling *unpooling, int32_t threads);

#endif
