// Questions to a problem that several kernels ask.
#include "CConvolution.h"

INLINE int32_t tap_count(const conv_problem *problem) {
  return problem->axis[0].kernel * problem->axis[1].kernel * problem->axis[2].kernel;
}

/// Whether every border tap that reads a constant reads 0.
INLINE bool has_zero_constants(const conv_problem *problem) {
  return problem->axis[0].constant[0] == 0 && problem->axis[1].constant[0] == 0 && problem->axis[2].constant[0] == 0;
}
