// What depends on where channels lie.
#pragma once

#include "../../shared/finish.h"
#include "staged_block.h"

/// Outputs side by side in one row, with the sums of a range of output channels.
typedef struct {
  const float *sums;
  int64_t strip;              ///< floats from one channel's sums to the next
  int32_t channel, channels;  ///< the first of all groups' output channels
  ptrdiff_t output;           ///< of the first output in a channel of y
  int32_t outputs;
} output_span;

/// Bias, residual and activation, and the way to y.
typedef void finish_function(const conv_problem *problem, const conv_operands *image, const output_span *span);

typedef struct {
  int32_t groups;            ///< that are staged together, at most
  int32_t channels_at_once;  ///< that a row is staged of
  bool finishes_panels;      ///< one by one; or all together
  stage_row_function *stage_row;
  finish_function *finish;
} planar_layout;
