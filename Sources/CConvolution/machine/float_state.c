// The control register of this processor's floating-point unit.
#include "convolution.h"

#ifdef __x86_64__
#include <immintrin.h>

// The flags in the same register say what arithmetic has met, and go on doing so.
conv_float_state conv_get_float_state(void) { return (conv_float_state){_mm_getcsr() & ~_MM_EXCEPT_MASK}; }

void conv_set_float_state(conv_float_state state) { _mm_setcsr(state.control | (_mm_getcsr() & _MM_EXCEPT_MASK)); }

conv_float_state conv_without_denormals(conv_float_state state) {
  return (conv_float_state){state.control | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON};
}
#else
// Elsewhere it is left as it is.
conv_float_state conv_get_float_state(void) { return (conv_float_state){0}; }
void conv_set_float_state(conv_float_state state) { (void)state; }
conv_float_state conv_without_denormals(conv_float_state state) { return state; }
#endif
