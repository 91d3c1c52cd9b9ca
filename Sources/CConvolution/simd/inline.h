// What every vector header and kernel body is written with.
#ifndef CONV_SIMD_INLINE_H
#define CONV_SIMD_INLINE_H

#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")
/// A loop over 0..<count that leaves no loop: `count` is known where it is compiled.
#define EACH(index, count) UNROLL for (int index = 0; index < (count); index++)

/// Makes the compiler take an address as it comes: it would add its parts up anew for every sample, or load samples long
/// before their turn and run out of registers.
#define OPAQUE(address) __asm__ volatile("" : "+r"(address))

#endif
