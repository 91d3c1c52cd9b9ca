// What is reduced: a term of every value, and how two are joined.
#pragma once

#include "../functions.h"
#include "tensors.h"

typedef enum {
  TERM_VALUE,              ///< x, added
  TERM_MAGNITUDE,          ///< |x|
  TERM_SQUARE,             ///< x^2
  TERM_DIFFERENCE_SQUARE,  ///< (x - shift)^2
  TERM_EXPONENTIAL,        ///< exp(x - shift)
  TERM_FACTOR,             ///< x, multiplied
  TERM_SMALLEST,           ///< the smaller one; NaN wins
  TERM_LARGEST,
} reduction_term;

INLINE vec term_of(const reduction_term term, vec x, vec shift) {
  switch (term) {
    case TERM_MAGNITUDE: return v_abs(x);
    case TERM_SQUARE: return v_mul(x, x);
    case TERM_DIFFERENCE_SQUARE: return v_mul(v_sub(x, shift), v_sub(x, shift));
    case TERM_EXPONENTIAL: return v_exp(v_sub(x, shift));
    default: return x;
  }
}

INLINE vec joined_terms(const reduction_term term, vec a, vec b) {
  switch (term) {
    case TERM_FACTOR: return v_mul(a, b);
    case TERM_SMALLEST: return v_smaller(a, b);
    case TERM_LARGEST: return v_larger(a, b);
    default: return v_add(a, b);
  }
}

/// What changes nothing it is joined to.
INLINE vec empty_term(const reduction_term term) {
  switch (term) {
    case TERM_FACTOR: return v_set(1);
    case TERM_SMALLEST: return v_set(INFINITY);
    case TERM_LARGEST: return v_set(-INFINITY);
    default: return v_zero();
  }
}
