// The library's side of the boundary.
#include "abi.h"

#define NAME(structure) #structure,
static const char *const names[] = {CONV_STRUCTURES(NAME)};

_Static_assert(sizeof names / sizeof names[0] == CONV_STRUCTURE_COUNT, "CONV_STRUCTURE_COUNT is another number");

const char *conv_abi_difference(const conv_abi *caller) {
  const conv_abi own = conv_abi_of_caller();
  if (caller->version != own.version) return "version";
  for (int32_t i = 0; i < CONV_STRUCTURE_COUNT; i++)
    if (caller->bytes[i] != own.bytes[i]) return names[i];
  return NULL;
}
