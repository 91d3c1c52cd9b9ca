// The whole boundary between Swift and C.
//
// Swift describes a convolution as extents, strides and axis maps, has its weights packed, cuts the output into tasks
// and hands all of it to conv_run. C multiplies and adds; it knows nothing of 'same', of border modes or of layers.
#ifndef CCONVOLUTION_H
#define CCONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- The machine -----------------------------------------------------------------------------------------------

typedef enum { CONV_ISA_SCALAR = 0, CONV_ISA_AVX2 = 1, CONV_ISA_AVX512 = 2 } conv_isa;

/// The widest instruction set that this CPU and its operating system support.
conv_isa conv_isa_detect(void);

/// The processors this process may run on.
int32_t conv_core_count(void);

/// Bytes of the second-level cache that one core owns; a common size where the system does not tell.
size_t conv_private_cache_bytes(void);

/// Fused multiply-adds a second times two, summed over `threads` threads: the median of bursts of well below a
/// millisecond, for about `seconds`.
double conv_measure_fma_peak(conv_isa isa, int32_t threads, double seconds);

/// Bytes read plus bytes written a second while `threads` threads copy buffers far larger than the caches.
double conv_measure_copy_bandwidth(int32_t threads, double seconds);

// ---- The problem -----------------------------------------------------------------------------------------------

/// In an axis map: the tap lies outside the input and reads the axis's constant.
#define CONV_CONSTANT (-1)

/// One axis of space: output index x tap index -> input index.
typedef struct {
  int32_t input, output, kernel;  ///< extents
  int32_t stride, dilation, before;  ///< tap k of output o lies at o * stride - before + k * dilation
  int32_t inside_begin, inside_end;  ///< outputs whose taps all lie inside the input
  const int32_t *map;     ///< [0][kernel]: k * dilation; [1 + other output][kernel]: an index, or CONV_CONSTANT
  const float *constant;  ///< what such a tap reads: the value for all input channels of a row of taps of the width
} conv_axis;

/// Distances in floats from one index to the next.
typedef struct {
  ptrdiff_t image, channel, axis[3];
} conv_strides;

/// Applied to sum + bias + residual. CONV_CLIP clamps to [minimum, maximum]; identity is a clip to +-infinity.
typedef enum {
  CONV_CLIP,
  CONV_LEAKY_RELU,
  CONV_SIGMOID,
  CONV_TANH,
  CONV_SILU,
  CONV_HARD_SWISH,
  CONV_GELU,
} conv_activation_kind;

typedef struct {
  conv_activation_kind kind;
  float minimum, maximum;  ///< of CONV_CLIP
  float slope;             ///< of CONV_LEAKY_RELU
} conv_activation;

/// Where one layer's weights lie before they are packed.
typedef struct {
  int32_t groups, output_channels, input_channels;  ///< channels of one group
  int32_t kernel[3];
  int32_t winograd[3];  ///< as in conv_problem
  const float *data;
  ptrdiff_t output_stride, input_stride, kernel_stride[3];  ///< in floats; output channels run across the groups
} conv_weights;

/// Whether every one of `count` values is neither infinite nor NaN.
bool conv_are_finite(const float *values, size_t count);

/// A convolution of one image. Axes are depth, height, width; a missing axis has extents 1.
/// Where several axes of a tap are CONV_CONSTANT, the last one's constant is read, as numpy.pad does axis by axis.
typedef struct {
  conv_axis axis[3];
  int32_t groups, output_channels, input_channels;  ///< channels of one group
  conv_strides x, y;                                ///< a residual lies as y does
  int32_t winograd[3];  ///< m of F(m, kernel) along each axis, 1 where it is not transformed; of the winograd family alone
  bool vectors_within_rows;                         ///< vectors of pixels end where a row of outputs ends
  conv_activation activation;
} conv_problem;

/// What one thread computes alone: a range of weight panels over a rectangle of the output.
typedef struct {
  int32_t first_panel, end_panel;
  int32_t first[3], end[3];
} conv_task;

/// Memory of one run. `residual` may be NULL. `bias` has an entry for every output channel.
typedef struct {
  const float *x, *residual, *packed, *bias;
  float *y;
} conv_operands;

// ---- Kernels ---------------------------------------------------------------------------------------------------

/// One kernel family on one instruction set. Weights are packed in panels of output channels, all groups in one count.
typedef struct {
  const char *family;
  conv_isa isa;
  int32_t tile_pixels;    ///< output pixels a microkernel call computes
  int32_t tile_channels;  ///< output channels a microkernel call computes; the width of a panel
  int32_t (*panel_count)(const conv_weights *weights);
  size_t (*packed_floats)(const conv_weights *weights);
  void (*pack)(const conv_weights *weights, float *packed);
  size_t (*workspace_bytes)(const conv_problem *problem);  ///< for one thread
  void (*run)(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace);
} conv_kernel;

/// Every kernel of this build, family by family, the instruction sets of a family in rising order.
const conv_kernel *const *conv_kernels(int32_t *count);

/// The family's kernel with the widest instruction set not above `isa`; NULL where the family is unknown.
const conv_kernel *conv_kernel_find(const char *family, conv_isa isa);

// ---- Running ---------------------------------------------------------------------------------------------------

/// Runs every task for each of `images` images on up to `threads` threads.
/// `workspace` holds `threads` slices of `workspace_stride` bytes (a multiple of 64), the first on a 64-byte boundary.
void conv_run(const conv_kernel *kernel, const conv_problem *problem, const conv_operands *operands, int64_t images,
              const conv_task *tasks, int32_t task_count, int32_t threads, void *workspace, size_t workspace_stride);

#endif
