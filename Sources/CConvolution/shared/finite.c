// Whether weights are numbers.
#include <string.h>

#include "convolution.h"

bool conv_are_finite(const float *values, size_t count) {
  // An exponent of all ones, which infinities and NaN have, carries into the sign's place; this loop has no branch.
  uint32_t carried = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, values + i, sizeof bits);
    carried |= (bits & 0x7fffffff) + 0x00800000;
  }
  return carried >> 31 == 0;
}
