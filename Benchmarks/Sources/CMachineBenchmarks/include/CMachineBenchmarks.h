// Multiply-adds that never leave the registers: what every kernel is measured against.
#ifndef CMACHINEBENCHMARKS_H
#define CMACHINEBENCHMARKS_H

#include <stdint.h>

/// Runs `rounds` rounds of independent multiply-adds on vectors of so many floats: 4 is plain C; 8 takes a processor with
/// AVX2 and FMA, 16 one with AVX-512. Returns their floating-point operations, two for each.
double fma_burst(int32_t lanes, int64_t rounds);

#endif
