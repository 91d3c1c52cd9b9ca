// What this processor can do.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "convolution.h"

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

/// What the kernel says about a cache, or else the C library, which counts AMD's third level over all of a socket.
static int64_t cache_bytes(const char *path, int name, int64_t otherwise) {
  long long kilobytes = 0;
  FILE *file = fopen(path, "r");
  if (file) {
    if (fscanf(file, "%lldK", &kilobytes) != 1) kilobytes = 0;
    fclose(file);
  }
  const long bytes = kilobytes > 0 ? 0 : sysconf(name);
  return kilobytes > 0 ? kilobytes << 10 : bytes > 0 ? bytes : otherwise;
}

static conv_caches caches;

static void find_caches(void) {
#define CACHE(index) "/sys/devices/system/cpu/cpu0/cache/index" #index "/size"
  caches.level[0] = cache_bytes(CACHE(0), _SC_LEVEL1_DCACHE_SIZE, 32 << 10);
  caches.level[1] = cache_bytes(CACHE(2), _SC_LEVEL2_CACHE_SIZE, 512 << 10);
  caches.level[2] = cache_bytes(CACHE(3), _SC_LEVEL3_CACHE_SIZE, 8 << 20);
#undef CACHE
}

conv_caches conv_caches_detect(void) {
  // Asked for with every plan, and the system may be slow to answer.
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, find_caches);
  return caches;
}
