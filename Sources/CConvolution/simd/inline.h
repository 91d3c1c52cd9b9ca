// What every vector header and kernel body is written with.
#ifndef CONV_SIMD_INLINE_H
#define CONV_SIMD_INLINE_H

#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")

#endif
