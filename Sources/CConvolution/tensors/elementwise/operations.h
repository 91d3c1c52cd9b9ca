// What an instruction of a chain does: a function of vectors for each, and a loop over a block around it.
#pragma once

#include "../functions.h"
#include "power.h"
#include "tensors.h"

/// Of one instruction. Operands that it does not have are read nowhere.
typedef struct {
  const float *a, *b, *c;
  float p, q;
} operation_operands;

INLINE vec one_where(vmask taken) { return v_select(taken, v_set(1), v_zero()); }

INLINE vec exp_minus_1_below_0(vec a, vec factor) { return v_mul(factor, v_exp_minus_1(v_min(v_zero(), a))); }

/// Of the values a that are 0 or more, the others by another function; NaN is a.
INLINE vec unless_negative(vec a, vec positive, vec negative) { return v_select(v_less(a, v_zero()), negative, positive); }

/// tanh(log(1 + e^a)) = (e^2a + 2 e^a) / (e^2a + 2 e^a + 2), which is 1 beyond 20.
INLINE vec tanh_of_softplus(vec a) {
  const vec e = v_exp(v_min(v_set(20), a)), sum = v_mul(e, v_add(e, v_set(2)));
  return v_div(sum, v_add(sum, v_set(2)));
}

INLINE vec softplus(vec a) {
  return v_add(v_max(v_zero(), a), v_log_of_1_plus(v_exp(v_negated(v_abs(a)))));
}

/// Value by value, by the C library.
INLINE vec by_value(float (*function)(float), vec a) {
  float values[LANES];
  v_store(values, a);
  for (int i = 0; i < LANES; i++) values[i] = function(values[i]);
  return v_load(values);
}

// FUNCTION(NAME, result), of vectors a, b, c, p and q.
#define OPERATIONS(FUNCTION)                                                                     \
  FUNCTION(ADD, v_add(a, b))                                                                     \
  FUNCTION(SUB, v_sub(a, b))                                                                     \
  FUNCTION(MUL, v_mul(a, b))                                                                     \
  FUNCTION(DIV, v_div(a, b))                                                                     \
  FUNCTION(MIN, v_smaller(a, b))                                                                 \
  FUNCTION(MAX, v_larger(a, b))                                                                  \
  FUNCTION(PRELU, unless_negative(a, a, v_mul(b, a)))                                            \
  FUNCTION(EQUAL, one_where(v_equal(a, b)))                                                      \
  FUNCTION(LESS, one_where(v_less(a, b)))                                                        \
  FUNCTION(LESS_OR_EQUAL, one_where(v_at_most(a, b)))                                            \
  FUNCTION(SELECT, v_select(v_equal(a, v_zero()), c, b))                                         \
  FUNCTION(NEG, v_negated(a))                                                                    \
  FUNCTION(ABS, v_abs(a))                                                                        \
  FUNCTION(SQRT, v_sqrt(a))                                                                      \
  FUNCTION(EXP, v_exp(a))                                                                        \
  FUNCTION(LOG, v_log(a))                                                                        \
  FUNCTION(RECIPROCAL, v_div(v_set(1), a))                                                       \
  FUNCTION(ERF, v_erf(a))                                                                        \
  FUNCTION(FLOOR, v_floor(a))                                                                    \
  FUNCTION(CEIL, v_negated(v_floor(v_negated(a))))                                               \
  FUNCTION(ROUND, v_round(a))                                                                    \
  FUNCTION(SIGN, unless_negative(a, v_select(v_less(v_zero(), a), v_set(1), a), v_set(-1)))      \
  FUNCTION(SIN, by_value(sinf, a))                                                               \
  FUNCTION(COS, by_value(cosf, a))                                                               \
  FUNCTION(AFFINE, v_fma(p, a, q))                                                               \
  FUNCTION(CLIP, v_min(q, v_max(p, a)))                                                          \
  FUNCTION(LEAKY_RELU, unless_negative(a, a, v_mul(p, a)))                                       \
  FUNCTION(ELU, unless_negative(a, a, exp_minus_1_below_0(a, p)))                                \
  FUNCTION(SELU, unless_negative(a, v_mul(q, a), exp_minus_1_below_0(a, v_mul(p, q))))           \
  FUNCTION(HARD_SIGMOID, v_min(v_set(1), v_max(v_zero(), v_fma(p, a, q))))                       \
  FUNCTION(HARD_SWISH, v_mul(v_mul(a, v_set(1.0f / 6)), v_min(v_set(6), v_max(v_zero(), v_add(a, v_set(3)))))) \
  FUNCTION(SIGMOID, v_sigmoid(a))                                                                \
  FUNCTION(TANH, v_tanh(a))                                                                      \
  FUNCTION(SILU, v_mul(a, v_sigmoid(a)))                                                         \
  FUNCTION(SOFTPLUS, softplus(a))                                                                \
  FUNCTION(SOFTSIGN, v_div(a, v_add(v_set(1), v_abs(a))))                                        \
  FUNCTION(MISH, v_mul(a, tanh_of_softplus(a)))                                                  \
  FUNCTION(GELU, v_mul(a, v_normal_cdf(a)))                                                      \
  /* (1 + tanh(u)) / 2 = sigmoid(2 u), u = sqrt(2 / pi) (a + 0.044715 a^3) */                    \
  FUNCTION(GELU_TANH,                                                                            \
           v_mul(a, v_sigmoid(v_mul(v_mul(a, v_set(1.59576912f)), v_fma(v_mul(a, a), v_set(0.044715f), v_set(1))))))

#define OPERATION(NAME, result)                                                                                 \
  INLINE vec vector_of_##NAME(vec a, vec b, vec c, vec p, vec q) {                                              \
    (void)b, (void)c, (void)p, (void)q;                                                                         \
    return result;                                                                                              \
  }                                                                                                             \
  static void block_of_##NAME(const operation_operands *o, float *y, int32_t count) {                           \
    const float *const a = o->a, *const b = o->b, *const c = o->c;                                              \
    const vec p = v_set(o->p), q = v_set(o->q);                                                                 \
    int32_t i = 0;                                                                                              \
    for (; i + LANES <= count; i += LANES)                                                                      \
      v_store(y + i, vector_of_##NAME(v_load(a + i), v_load(b + i), v_load(c + i), p, q));                      \
    if (i == count) return;                                                                                     \
    const vmask rest = v_first(count - i);                                                                      \
    v_store_masked(y + i, rest, vector_of_##NAME(v_load_masked(a + i, rest), v_load_masked(b + i, rest),        \
                                                 v_load_masked(c + i, rest), p, q));                            \
  }
OPERATIONS(OPERATION)

static void block_of_POW(const operation_operands *o, float *y, int32_t count) { raise(o->a, o->b, y, count); }

typedef void operation_function(const operation_operands *operands, float *y, int32_t count);

#define OPERATION_ENTRY(NAME, operands) block_of_##NAME,
static operation_function *const operation_functions[] = {CONV_ELEMENTWISE_OPS(OPERATION_ENTRY)};

#define OPERAND_COUNT(NAME, operands) operands,
static const int8_t operand_counts[] = {CONV_ELEMENTWISE_OPS(OPERAND_COUNT)};
