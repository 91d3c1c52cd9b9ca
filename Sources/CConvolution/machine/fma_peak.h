// One burst of multiply-adds on each instruction set.
#include <stdint.h>

#define FMA_BURST(isa)                                       \
  /* `sink` holds and receives a vector. */                  \
  void fma_burst_##isa(int64_t rounds, float *sink);         \
  extern const int32_t fma_burst_flops_##isa;  /* of a round */

FMA_BURST(scalar)
FMA_BURST(avx2)
FMA_BURST(avx512)
