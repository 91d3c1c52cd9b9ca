// What the terms of work are called.
#include "convolution.h"

const char *conv_term_name(conv_term term) {
#define CONV_TERM_NAME(NAME, name) #name,
  static const char *const names[] = {CONV_TERMS(CONV_TERM_NAME)};
#undef CONV_TERM_NAME
  return names[term];
}
