// The machine's limits, measured: arithmetic and memory.
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../team.h"
#include "CConvolution.h"
#include "fma_peak.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

typedef struct {
  void (*burst)(int64_t rounds, float *sink);
  int64_t rounds;
} fma_work;

static void fma_item(void *context, int64_t item, int32_t worker) {
  (void)item, (void)worker;
  const fma_work *work = context;
  float sink[16];
  for (int i = 0; i < 16; i++) sink[i] = 0.5f;
  work->burst(work->rounds, sink);
}

static int compare_rates(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double conv_measure_fma_peak(conv_isa isa, int32_t threads, double seconds) {
  fma_work work = {fma_burst_scalar, 50000};
  double flops = fma_burst_flops_scalar;
#ifdef __x86_64__
  if (isa == CONV_ISA_AVX2) work.burst = fma_burst_avx2, flops = fma_burst_flops_avx2;
  if (isa == CONV_ISA_AVX512) work.burst = fma_burst_avx512, flops = fma_burst_flops_avx512;
#else
  (void)isa;
#endif
  double rates[1024];
  int count = 0;
  const double end = now() + seconds;
  do {
    const double start = now();
    team_run(threads, threads, fma_item, &work);
    rates[count++] = flops * (double)work.rounds * threads / (now() - start);
  } while (now() < end && count < 1024);
  qsort(rates, (size_t)count, sizeof *rates, compare_rates);
  return rates[count / 2];
}

enum { COPY_BYTES = 64 * 1024 * 1024 };

typedef struct {
  char *from, *to;
} copy_work;

static void copy_item(void *context, int64_t item, int32_t worker) {
  (void)worker;
  const copy_work *work = context;
  memcpy(work->to + item * COPY_BYTES, work->from + item * COPY_BYTES, COPY_BYTES);
}

double conv_measure_copy_bandwidth(int32_t threads, double seconds) {
  const size_t bytes = (size_t)threads * COPY_BYTES;
  copy_work work = {malloc(bytes), malloc(bytes)};
  double best = 0;
  if (work.from && work.to) {
    memset(work.from, 1, bytes);
    memset(work.to, 2, bytes);
    const double end = now() + seconds;
    do {
      const double start = now();
      team_run(threads, threads, copy_item, &work);
      const double rate = 2 * (double)bytes / (now() - start);
      if (rate > best) best = rate;
    } while (now() < end);
  }
  free(work.from);
  free(work.to);
  return best;
}
