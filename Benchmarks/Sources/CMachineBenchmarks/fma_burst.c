#include "CMachineBenchmarks.h"

enum { CHAINS = 12 };  // more than latency x units of any processor here, few enough for 16 registers

#define EACH_CHAIN _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++)

/// `value` is read and written, so that nothing is known before the burst and all of it is wanted after.
#define BURST(LANES, ATTRIBUTES)                                                                   \
  ATTRIBUTES static void burst_##LANES(int64_t rounds, volatile float *value) {                    \
    typedef float vec __attribute__((vector_size(LANES * sizeof(float))));                         \
    const vec factor = *value - (vec){0};                                                          \
    vec sum[CHAINS];                                                                               \
    EACH_CHAIN sum[i] = factor + (float)i;                                                         \
    for (int64_t round = 0; round < rounds; round++) EACH_CHAIN sum[i] = sum[i] * factor + factor; \
    EACH_CHAIN *value = sum[i][LANES - 1];                                                         \
  }

BURST(4, )
#ifdef __x86_64__
BURST(8, __attribute__((target("avx2,fma"))))
BURST(16, __attribute__((target("avx512f"))))
#endif

double fma_burst(int32_t lanes, int64_t rounds) {
  volatile float value = 0.5f;
  switch (lanes) {
#ifdef __x86_64__
    case 16: burst_16(rounds, &value); break;
    case 8: burst_8(rounds, &value); break;
#endif
    default: burst_4(rounds, &value); break;
  }
  return 2.0 * CHAINS * lanes * (double)rounds;
}
