// What networks do to tensors between convolutions: elementwise chains, strided copies, reductions, products, resampling.
//
// Shapes are worked out by the caller: C gets extents and strides. Strides are in elements. A stride of 0 repeats a
// value. All run on up to `threads` threads, and give the same bits for any number of them.
#ifndef CCONVOLUTION_TENSORS_H
#define CCONVOLUTION_TENSORS_H

#include "convolution.h"

enum { CONV_MOST_AXES = 8 };

// ---- Copies ----------------------------------------------------------------------------------------------------

/// A copy of elements of 1, 4 or 8 bytes from one arrangement to another: transposition, slices, parts, repetition.
typedef struct {
  int32_t axes, element_bytes;
  int64_t extent[CONV_MOST_AXES];
  int64_t from[CONV_MOST_AXES], to[CONV_MOST_AXES];  ///< strides, of any sign
} conv_copy;

void conv_run_copy(conv_isa isa, const conv_copy *copy, const void *from, void *to, int32_t threads);

/// Rows of `row_bytes`: `outer` times, row i of `count` is row index[i] of `rows`, where a negative index counts from the
/// end. Indices are in range.
void conv_run_gather(const void *from, const int64_t *index, void *to, int64_t outer, int64_t rows, int64_t count,
                     int64_t row_bytes, int32_t threads);

// ---- Elementwise -----------------------------------------------------------------------------------------------

/// What one instruction of a chain does: OP(NAME, operands). a and b are earlier values; p and q are numbers.
#define CONV_ELEMENTWISE_OPS(OP)                                                              \
  OP(ADD, 2) OP(SUB, 2) OP(MUL, 2) OP(DIV, 2) OP(POW, 2) OP(MIN, 2) OP(MAX, 2)                \
  OP(PRELU, 2)        /* a where a >= 0, b a elsewhere */                                     \
  OP(EQUAL, 2) OP(LESS, 2) OP(LESS_OR_EQUAL, 2) /* 1 or 0 */                                  \
  OP(SELECT, 3)       /* b where a is not 0, c elsewhere */                                   \
  OP(NEG, 1) OP(ABS, 1) OP(SQRT, 1) OP(EXP, 1) OP(LOG, 1) OP(RECIPROCAL, 1) OP(ERF, 1)        \
  OP(FLOOR, 1) OP(CEIL, 1) OP(ROUND, 1) OP(SIGN, 1) OP(SIN, 1) OP(COS, 1)                     \
  OP(AFFINE, 1)       /* p a + q */                                                           \
  OP(CLIP, 1)         /* min(max(a, p), q), NaN stays NaN */                                  \
  OP(LEAKY_RELU, 1)   /* a where a >= 0, p a elsewhere */                                     \
  OP(ELU, 1)          /* a where a >= 0, p (exp(a) - 1) elsewhere */                          \
  OP(SELU, 1)         /* q a where a >= 0, q p (exp(a) - 1) elsewhere */                      \
  OP(HARD_SIGMOID, 1) /* min(max(p a + q, 0), 1) */                                           \
  OP(HARD_SWISH, 1) OP(SIGMOID, 1) OP(TANH, 1) OP(SILU, 1) OP(SOFTPLUS, 1) OP(SOFTSIGN, 1) OP(MISH, 1) \
  OP(GELU, 1)         /* exact */                                                             \
  OP(GELU_TANH, 1)    /* the tanh approximation */

#define CONV_ELEMENTWISE_OP(NAME, operands) CONV_ELEMENTWISE_##NAME,
typedef enum { CONV_ELEMENTWISE_OPS(CONV_ELEMENTWISE_OP) CONV_ELEMENTWISE_OP_COUNT } conv_elementwise_op;
#undef CONV_ELEMENTWISE_OP

/// Values are numbered: inputs first, then one an instruction, in order. Numbers of the future are not used.
typedef struct {
  conv_elementwise_op op;
  int32_t a, b, c;
  float p, q;
} conv_instruction;

enum { CONV_MOST_INPUTS = 16, CONV_MOST_INSTRUCTIONS = 32 };

/// A chain of instructions on float tensors that broadcast against each other. The last value is the output, which is
/// dense, its last axis innermost. The output may be the memory of an input that lies as it does.
typedef struct {
  int32_t axes;
  int64_t extent[CONV_MOST_AXES];                    ///< of the output
  int32_t inputs;
  int64_t stride[CONV_MOST_INPUTS][CONV_MOST_AXES];  ///< of each input; 0: it repeats along the axis
  int32_t instructions;
  conv_instruction instruction[CONV_MOST_INSTRUCTIONS];
} conv_elementwise;

void conv_run_elementwise(conv_isa isa, const conv_elementwise *chain, const float *const *inputs, float *output,
                          int32_t threads);

// ---- Reductions ------------------------------------------------------------------------------------------------

typedef enum {
  CONV_REDUCE_SUM, CONV_REDUCE_MEAN, CONV_REDUCE_MIN, CONV_REDUCE_MAX, CONV_REDUCE_PRODUCT,
  CONV_REDUCE_L1,          ///< sum |x|
  CONV_REDUCE_L2,          ///< sqrt(sum x^2)
  CONV_REDUCE_SUM_SQUARE,  ///< sum x^2
  CONV_REDUCE_LOG_SUM_EXP,
} conv_reduction_kind;

/// x is dense and axes that are neighbours and are treated alike have been made one: kept and reduced axes alternate.
/// The output has the kept axes, dense. Sums are pairwise or in several lanes, so that their error does not grow with n.
typedef struct {
  conv_reduction_kind kind;
  int32_t axes;
  int64_t extent[CONV_MOST_AXES];
  bool reduced[CONV_MOST_AXES];
} conv_reduction;

void conv_run_reduction(conv_isa isa, const conv_reduction *reduction, const float *x, float *y, int32_t threads);

/// Softmax, or its logarithm, along the middle axis of x, outer n inner. The maximum is subtracted first.
void conv_run_softmax(conv_isa isa, bool logarithm, const float *x, float *y, int64_t outer, int64_t n, int64_t inner,
                      int32_t threads);

/// y = (x - mean) / sqrt(variance + epsilon) scale + bias. x is dense, of at most CONV_MOST_AXES axes; mean and variance
/// (by n) are those of all elements that share their kept indices.
typedef struct {
  float epsilon;
  int32_t axes;
  int64_t extent[CONV_MOST_AXES];
  bool reduced[CONV_MOST_AXES];                         ///< statistics are taken over these
  int64_t scale[CONV_MOST_AXES], bias[CONV_MOST_AXES];  ///< strides
} conv_normalisation;

/// `scale` and `bias` may be NULL: 1 and 0.
void conv_run_normalisation(conv_isa isa, const conv_normalisation *normalisation, const float *x, const float *scale,
                            const float *bias, float *y, int32_t threads);

/// Local response normalisation across channels: y = x / (k + alpha / size sum of squares)^beta, the sum over the `size`
/// channels around, floor((size - 1) / 2) of them before. x is outer channels inner.
void conv_run_lrn(conv_isa isa, const float *x, float *y, int64_t outer, int64_t channels, int64_t inner, int32_t size,
                  float alpha, float beta, float k, int32_t threads);

// ---- Products --------------------------------------------------------------------------------------------------

/// Matrix products y = a b, M K by K N, for each of `count`. A matrix's rows and columns have strides of their own, so
/// that either may be transposed; y is dense.
typedef struct {
  int64_t m, k, n;
  int64_t a_row, a_column, b_row, b_column;
  int64_t count;
  const int64_t *a, *b;  ///< where each product's matrices begin
} conv_products;

/// For one thread.
size_t conv_products_workspace_bytes(conv_isa isa, const conv_products *products);

void conv_run_products(conv_isa isa, const conv_products *products, const float *a, const float *b, float *y,
                       int32_t threads, conv_workspace workspace);

// ---- Resampling ------------------------------------------------------------------------------------------------

/// One axis of x, outer n inner, is resampled to `outputs`: y[o] = sum over t < taps of weight[o][t] x[index[o][t]], where
/// an index of -1 reads `outside`.
typedef struct {
  int64_t outer, n, inner, outputs;
  int32_t taps;
  const int32_t *index;  ///< outputs x taps
  const float *weight;   ///< likewise; NULL: there is one tap, which is copied
  float outside;
} conv_resampling;

void conv_run_resampling(conv_isa isa, const conv_resampling *resampling, const float *x, float *y, int32_t threads);

/// Two neighbouring axes at once: y[h][w] = sum of both axes' products. x is outer n_h n_w inner. What the first axis has
/// been taken to is kept in the workspace, row by row, not as a whole image.
size_t conv_resampling_workspace_bytes(const conv_resampling *height, const conv_resampling *width);

void conv_run_resampling_2d(conv_isa isa, const conv_resampling *height, const conv_resampling *width, const float *x,
                            float *y, int32_t threads, conv_workspace workspace);

// ---- Recurrent layers ------------------------------------------------------------------------------------------

typedef enum { CONV_RECURRENT_LSTM, CONV_RECURRENT_GRU, CONV_RECURRENT_GRU_RESET_AFTER } conv_recurrent_kind;

/// One direction of a recurrent layer, activations sigmoid and tanh, gates in ONNX's order (i o f c; z r h).
typedef struct {
  conv_recurrent_kind kind;
  int64_t steps, batch, hidden;
  bool reversed;
  const int32_t *lengths;                 ///< of each sequence of the batch; NULL: all have `steps`
  int64_t output_step, output_batch;      ///< strides of y
} conv_recurrent;

/// `projected`: steps x batch x gates hidden, the input times W plus both biases (of CONV_RECURRENT_GRU_RESET_AFTER, the
/// hidden gate's without its recurrent bias, which comes as `hidden_bias`). `recurrent`: gates hidden x hidden.
/// `peepholes`: 3 hidden (i o f) or NULL. `state` and `cell`, batch x hidden: first what is begun with, then the last.
/// y may be NULL.
void conv_run_recurrent(conv_isa isa, const conv_recurrent *layer, const float *projected, const float *recurrent,
                        const float *hidden_bias, const float *peepholes, float *state, float *cell, float *y,
                        int32_t threads, conv_workspace workspace);

size_t conv_recurrent_workspace_bytes(const conv_recurrent *layer);

#endif
