// Multiply-adds of vectors that never leave the registers: what every kernel is measured against.
#include "../fma_peak.h"

enum { CHAINS = 12 };  // more than latency x units of any processor here, few enough for 16 registers

void SIMD_NAME(fma_burst)(int64_t rounds, float *sink) {
  vec sum[CHAINS];
  const vec factor = v_load(sink), term = v_load(sink);
  UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = v_set((float)i);
  for (int64_t round = 0; round < rounds; round++) {
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = v_fma(sum[i], factor, term);
  }
  UNROLL for (int i = 1; i < CHAINS; i++) sum[0] = v_add(sum[0], sum[i]);
  v_store(sink, sum[0]);
}

const int32_t SIMD_NAME(fma_burst_flops) = CHAINS * LANES * 2;
