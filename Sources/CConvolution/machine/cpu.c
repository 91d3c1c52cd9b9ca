// What this processor can do.
#define _GNU_SOURCE
#include <sched.h>
#include <unistd.h>

#include "CConvolution.h"

conv_isa conv_isa_detect(void) {
#ifdef __x86_64__
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("bmi2"))
    return CONV_ISA_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    return CONV_ISA_AVX2;
#endif
  return CONV_ISA_SCALAR;
}

int32_t conv_core_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int32_t)online : 1;
}

size_t conv_private_cache_bytes(void) {
  // Asked for in every run, and the system may be slow to answer.
  static _Atomic size_t known;
  if (known == 0) {
    const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
    known = bytes > 0 ? (size_t)bytes : 512 * 1024;
  }
  return known;
}
