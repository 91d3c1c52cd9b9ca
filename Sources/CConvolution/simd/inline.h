// What every vector header and kernel body is written with.
#ifndef CONV_SIMD_INLINE_H
#define CONV_SIMD_INLINE_H

#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")
/// A loop over 0..<count that leaves no loop: `count` is known where it is compiled.
#define EACH(index, count) UNROLL for (int index = 0; index < (count); index++)

#endif
