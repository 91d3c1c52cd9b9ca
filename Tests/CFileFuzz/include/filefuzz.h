#ifndef FILEFUZZ_H
#define FILEFUZZ_H

#include <stddef.h>
#include <stdint.h>

/// libFuzzer: calls `body` with one input after the other, as the arguments say.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*body)(const uint8_t *bytes, size_t count));

/// From now on, more than `bytes` besides what is allocated at this moment end the process, with the stack of the
/// allocation that goes beyond.
void filefuzz_limit_memory(size_t bytes);

#endif
