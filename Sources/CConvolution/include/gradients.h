// What training needs of a convolution beside the gradient of its input, which is a convolution itself.
//
// A loss depends on a layer's outputs; dy is its gradient by them, and lies as the problem says of y. All results are
// the same bits whatever the number of threads: sums are cut by shapes and batch alone.
#ifndef CCONVOLUTION_GRADIENTS_H
#define CCONVOLUTION_GRADIENTS_H

#include "convolution.h"

/// Where the gradient by a problem's weights is written: O I/groups \*kernel, or \*kernel I/groups O.
typedef struct {
  float *data;
  ptrdiff_t output_stride, input_stride, kernel_stride[3];  ///< in weights
} conv_weight_gradient;

/// Which values an activation's gradient is worked out from.
typedef enum {
  CONV_FROM_SUM,     ///< what the activation was applied to: every kind
  CONV_FROM_OUTPUT,  ///< what it gave, see conv_gradient_source_of
} conv_gradient_source;

/// CONV_FROM_OUTPUT where outputs are enough: a clip, a leaky ReLU that rises, the sigmoid and tanh.
conv_gradient_source conv_gradient_source_of(const conv_activation *activation);

/// The gradients on one instruction set. Workspaces begin on a 64-byte boundary. A problem's x, y, axes, groups and
/// channels are read, and the type must be CONV_FLOAT32; windows of an axis (held_begin, held_end) must be all of it.
typedef struct {
  conv_isa isa;

  /// dw[o][c][k] = the sum of dy[n, o, p] x[n, c, tap k of p] over images n and outputs p. A tap that reads a constant
  /// of 0 is left out, whatever dy is.
  /// With `exact_order` every one is its own sum of products; without, 3x3 taps may be summed at Winograd's points, and
  /// what is not finite reaches all taps of its channels.
  void (*weights)(const conv_problem *problem, const float *x, const float *dy, int64_t images, bool exact_order,
                  const conv_weight_gradient *dw, int32_t threads, void *workspace);
  /// The sums of up to 16 stretches of the batch, of 4 MB together or else of one stretch, and a block for each thread.
  size_t (*weights_workspace_bytes)(const conv_problem *problem, int64_t images, bool exact_order, int32_t threads);

  /// db[o] = the sum of dy[n, o, p] over images n and outputs p.
  void (*bias)(const conv_problem *problem, const float *dy, int64_t images, float *db, int32_t threads,
               void *workspace);
  size_t (*bias_workspace_bytes)(const conv_problem *problem, int64_t images);

  /// dz[i] = dy[i] times the activation's derivative, for `count` values; dz may be dy. Kinks are PyTorch's: a clip's
  /// derivative is 0 at its bounds, a leaky ReLU's at 0 is its slope, and hard swish's is 0 at -3 and 1 at 3.
  void (*activation)(const conv_activation *activation, conv_gradient_source source, const float *values,
                     const float *dy, float *dz, int64_t count, int32_t threads);

  /// Adds to dx, which lies as x does, what its samples receive through taps that lie outside the input and read them:
  /// borders that replicate, reflect or wrap around.
  void (*border)(const conv_problem *problem, const conv_weights *weights, const float *dy, int64_t images, float *dx,
                 int32_t threads, void *workspace);
  size_t (*border_workspace_bytes)(const conv_problem *problem);
} conv_gradients;

/// Those of an instruction set that this CPU supports.
const conv_gradients *conv_gradients_of(conv_isa isa);

#endif
