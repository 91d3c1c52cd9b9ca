// Convolutions: the machine, what a problem is, kernels and runs.
//
// Swift describes a convolution as extents, strides and axis maps, asks every kernel whether it takes it and what work it
// would be, has its weights packed, cuts the output into tasks and hands all of it to conv_run. C multiplies and adds; it
// knows nothing of 'same', of border modes or of layers.
#ifndef CCONVOLUTION_CONVOLUTION_H
#define CCONVOLUTION_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- The machine -----------------------------------------------------------------------------------------------

typedef enum { CONV_ISA_SCALAR = 0, CONV_ISA_AVX2 = 1, CONV_ISA_AVX512 = 2 } conv_isa;

/// The widest instruction set that this CPU and its operating system support.
conv_isa conv_isa_detect(void);

/// The processors this process may run on.
int32_t conv_core_count(void);

/// Bytes of the first- and second-level cache that one core owns, and of the third, which cores share.
typedef struct {
  int64_t level[3];
} conv_caches;

/// This machine's; common sizes where the system does not tell.
conv_caches conv_caches_detect(void);

/// How the calling thread's floating-point unit rounds and treats denormals, as its control register has it. All threads of
/// a run compute in the state of the one that called it.
typedef struct {
  uint32_t control;
} conv_float_state;

conv_float_state conv_get_float_state(void);
void conv_set_float_state(conv_float_state state);

/// The same state, but with operands and results that are denormal taken for zeros.
conv_float_state conv_without_denormals(conv_float_state state);

// ---- The problem -----------------------------------------------------------------------------------------------

/// The type of samples and weights.
typedef enum { CONV_FLOAT32 } conv_type;

typedef enum { CONV_CHANNELS_FIRST, CONV_CHANNELS_LAST } conv_layout;

/// In an axis map: the tap lies outside the input and reads the axis's constant.
#define CONV_CONSTANT (-1)

/// One axis of space: output index x tap index -> input index.
typedef struct {
  int32_t input, output, kernel;     ///< extents
  int32_t stride, dilation, before;  ///< tap k of output o lies at o * stride - before + k * dilation
  int32_t inside_begin, inside_end;  ///< outputs whose taps all lie inside the input
  int32_t held_begin, held_end;      ///< inputs that x holds, of 0..<input: all of them, or a window
  const int32_t *map;     ///< [0][kernel]: k * dilation; [1 + other output][kernel]: an index, or CONV_CONSTANT
  const float *constant;  ///< what such a tap reads: the value for all input channels of a row of taps of the width
} conv_axis;

/// Distances in samples from one index to the next.
typedef struct {
  ptrdiff_t image, channel, axis[3];
} conv_strides;

/// Applied to sum + bias + residual. CONV_CLIP clamps to [minimum, maximum]; identity is a clip to +-infinity.
typedef enum {
  CONV_CLIP,
  CONV_LEAKY_RELU,
  CONV_PRELU,
  CONV_SIGMOID,
  CONV_TANH,
  CONV_SILU,
  CONV_HARD_SWISH,
  CONV_HARD_SIGMOID,
  CONV_GELU,
} conv_activation_kind;

typedef struct {
  conv_activation_kind kind;
  float minimum, maximum;  ///< of CONV_CLIP
  float slope;             ///< of CONV_LEAKY_RELU; CONV_HARD_SIGMOID is min(max(slope x + offset, 0), 1)
  float offset;
  const float *slopes;     ///< of CONV_PRELU, one an output channel
  float scale, shift;      ///< the output is scale * activation + shift
} conv_activation;

/// Outputs of a tile of Winograd's algorithm along each axis: m of F(m, kernel); 1 along an axis that is not transformed,
/// and along all of them in every other kernel.
typedef struct {
  int32_t outputs[3];
} conv_form;

/// A convolution of one image. Axes are depth, height, width; a missing axis has extents 1.
/// Where several axes of a tap are CONV_CONSTANT, the last one's constant is read, as numpy.pad does axis by axis.
typedef struct {
  conv_type type;
  conv_layout layout;  ///< of x and y
  conv_axis axis[3];
  int32_t groups, output_channels, input_channels;  ///< channels of one group
  conv_strides x, y;                                ///< a residual lies as y does
  bool has_finite_weights;                          ///< whether no weight is infinite or NaN
  conv_activation activation;
  conv_form form;      ///< one of those that the kernel has for the problem
  conv_caches caches;  ///< what blocks are cut to
} conv_problem;

/// Where a problem's weights lie before they are packed. Output channels run across the groups.
typedef struct {
  const float *data;
  ptrdiff_t output_stride, input_stride, kernel_stride[3];  ///< in weights
} conv_weights;

/// Copies the weights of a problem of one group to O I \*kernel.
void conv_arrange_weights(const conv_problem *problem, const conv_weights *weights, float *to);

/// Whether every one of `count` values is neither infinite nor NaN.
bool conv_are_finite(const float *values, size_t count);

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

// ---- Work ------------------------------------------------------------------------------------------------------

/// What work is made of: TERM(NAME, name in files).
#define CONV_TERMS(TERM)                                                                 \
  TERM(MULTIPLY_ADDS, multiply_adds) /* vectors multiplied and added, idle lanes included */ \
  TERM(LOADS, loads)                 /* vectors loaded and samples broadcast to do so */     \
  TERM(STEPS, steps)                 /* turns of the innermost loop */                       \
  TERM(TILES, tiles)                 /* calls of a microkernel */                            \
  TERM(LOOKUPS, lookups)             /* places of samples worked out */                      \
  TERM(COPIES, copies)               /* vectors copied or gathered between memory and workspace */ \
  TERM(TURNS, turns)                 /* vectors turned between the layouts */                \
  TERM(POINTS, points)               /* vectors taken to the points or back */               \
  TERM(STORES, stores)               /* vectors of outputs finished and stored */            \
  TERM(LEVEL2_BYTES, level2_bytes)   /* moved from beyond the first-level cache */           \
  TERM(LEVEL3_BYTES, level3_bytes)   /* moved from beyond the second-level cache */          \
  TERM(MEMORY_BYTES, memory_bytes)   /* moved from beyond the third-level cache */           \
  TERM(TASKS, tasks)                 /* tasks */

#define CONV_TERM(NAME, name) CONV_##NAME,
typedef enum { CONV_TERMS(CONV_TERM) CONV_TERM_COUNT } conv_term;
#undef CONV_TERM

const char *conv_term_name(conv_term term);

/// How much of each term.
typedef struct {
  double count[CONV_TERM_COUNT];
} conv_work;

/// What a cut of the output into tasks goes by.
typedef struct {
  int32_t outputs[3];     ///< along each axis, runs of so many, counted from 0, stay together
  int32_t least_of_row;   ///< outputs of a row that are worth a task; INT32_MAX: rows are not cut
  int32_t tile_pixels;    ///< output pixels that a microkernel computes together, at most
  int32_t tile_channels;  ///< output channels likewise
} conv_grain;

// ---- Kernels ---------------------------------------------------------------------------------------------------

enum { CONV_MOST_FORMS = 16 };

/// One kernel family on one instruction set; everything that is known of it. Weights are packed in panels of output
/// channels, all groups in one count. What depends on the weights' extents alone (panels, packing) is the same for every
/// input size.
typedef struct {
  const char *family;     ///< the name of its folder
  const char *algorithm;  ///< what users ask for: direct, depthwise, winograd or general
  conv_isa isa;
  int32_t lanes;          ///< floats of a vector
  /// Why the kernel does not take the problem, in words that follow "it has "; NULL where it does.
  const char *(*obstacle)(const conv_problem *problem);
  /// Writes the forms that a problem it takes can be computed in, at least one. Returns how many.
  int32_t (*forms)(const conv_problem *problem, conv_form forms[CONV_MOST_FORMS]);
  // What follows is asked with one of these forms in the problem.
  int32_t (*panel_count)(const conv_problem *problem);
  /// The first output channel of a panel, of all groups' in one count; of panel_count's, how many there are.
  int32_t (*panel_channel)(const conv_problem *problem, int32_t panel);
  size_t (*packed_bytes)(const conv_problem *problem);
  /// Packs some panels where they belong in `packed`, which is all of them.
  void (*pack)(const conv_problem *problem, const conv_weights *weights, int32_t first_panel, int32_t end_panel,
               void *packed);
  conv_grain (*grain)(const conv_problem *problem);
  /// The work of one task that has outputs, run after run.
  conv_work (*work)(const conv_problem *problem, const conv_task *task);
  size_t (*workspace_bytes)(const conv_problem *problem);  ///< for one thread
  void (*run)(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace);
} conv_kernel;

/// Every kernel of this build, family by family, the instruction sets of a family in rising order.
const conv_kernel *const *conv_kernels(int32_t *count);

/// Packs all panels on up to `threads` threads.
void conv_pack(const conv_kernel *kernel, const conv_problem *problem, const conv_weights *weights, int32_t threads,
               void *packed);

// ---- Running ---------------------------------------------------------------------------------------------------

/// Runs that this thread calls from now on give up between two tasks once `flag` is not 0, and leave their outputs in
/// part as they were. NULL: never. Returns the flag before.
const uint32_t *conv_set_cancellation(const uint32_t *flag);

/// Sets such a flag, on any thread.
void conv_cancel(uint32_t *flag);
bool conv_is_cancelled(const uint32_t *flag);

/// Threads of a run at most.
enum { CONV_MOST_THREADS = 1024 };

/// One of the convolutions that an output is made of. An ordinary one is made of one; of a transposed one with strides s,
/// each phase has the outputs whose indices have the same remainders by s, every s-th along each axis.
typedef struct {
  const conv_kernel *kernel;
  const conv_problem *problem;  ///< the strides of y lead from one output of the phase to the next
  const float *packed;
  ptrdiff_t x, y;               ///< from the memory of the operands to where a phase's index 0 of every axis would lie
  int32_t first[3], step[3];    ///< output o of the phase is output first + step * o of the image
  /// Along each axis, so many outputs of the image, side by side from that one on, are one of the phase: output channel o
  /// of a group of n is channel o % n of the one that comes o / n places on, places along width first. 1 but for phases
  /// that are spread.
  int32_t merged[3];
} conv_phase;

/// The images of a run, each of which has every task. Either a task is run for all of them before the next one begins, so
/// that its weights stay in a cache, or an image's tasks are run before the next image's.
typedef struct {
  int64_t images;
  bool task_by_task;
} conv_batch;

/// Workspaces of a run: `threads` slices of `stride` bytes (a multiple of 64), the first on a 64-byte boundary.
typedef struct {
  void *memory;
  size_t stride;
} conv_workspace;

/// Runs every task for each image on up to `threads` threads, CONV_MOST_THREADS at most. A task has a part of every phase,
/// [task][phase], which may be empty. The `packed` of the operands is each phase's own.
void conv_run(const conv_phase *phases, int32_t phase_count, const conv_operands *operands, conv_batch batch,
              const conv_task *tasks, int32_t task_count, int32_t threads, conv_workspace workspace);

/// A part of an image: a rectangle of some channels.
typedef struct {
  int32_t first[3], end[3];
  int32_t first_channel, end_channel;
} conv_box;

/// Channels-first memory for phases whose kernels are channels-last: a task's part of the input is turned in the workspace,
/// and its outputs are turned back when all phases have computed theirs, so that they are written side by side.
typedef struct {
  conv_strides x, y;                 ///< of the images
  ptrdiff_t x_offset, y_offset;      ///< to where their index 0 of every axis would lie
  const conv_box *inputs, *outputs;  ///< of each task
  size_t input_bytes, output_bytes;  ///< of the largest, multiples of 64
} conv_turned;

/// The same as conv_run. A slice of the workspace has `input_bytes` and `output_bytes` before what the kernels need.
void conv_run_turned(const conv_phase *phases, int32_t phase_count, const conv_turned *turned,
                     const conv_operands *operands, conv_batch batch, const conv_task *tasks, int32_t task_count,
                     int32_t threads, conv_workspace workspace);

/// Outputs that are spread over the image from the workspace.
typedef struct {
  int32_t first[3], end[3];  ///< what of the image is computed: merged outputs outside of it are left out
  size_t box_bytes;          ///< of the largest part of a task, a multiple of 64
} conv_spread;

/// The same for phases whose outputs are not side by side along a row of the image: each computes its part of a task in
/// the workspace first, in `box_bytes` before what the kernels need. Where `turned` is given, the image is channels-last,
/// the kernels are channels-first, and a task's part of the input is turned into `input_bytes` before those; of the outputs
/// it then says nothing.
void conv_run_spread(const conv_phase *phases, int32_t phase_count, const conv_turned *turned, const conv_spread *spread,
                     const conv_operands *operands, conv_batch batch, const conv_task *tasks, int32_t task_count,
                     int32_t threads, conv_workspace workspace);

/// Two layers, the output of the first being the input of the second. The image between them is never whole: a task
/// computes the box of it that it reads into the workspace, and its outputs from there.
typedef struct {
  const conv_phase *first, *second;  ///< of each task, on its box, which is the same for all images
  const conv_task *boxes;            ///< of each task: what the first layer computes; may be empty
  const float *first_bias;
  size_t box_bytes;                  ///< of the largest, a multiple of 64
} conv_chain;

/// The same as conv_run for the second layer's tasks; residual and bias are its own. A slice of the workspace has
/// `box_bytes` before what the kernels need.
void conv_run_chained(const conv_chain *chain, const conv_operands *operands, conv_batch batch, const conv_task *tasks,
                      int32_t task_count, int32_t threads, conv_workspace workspace);

#endif
