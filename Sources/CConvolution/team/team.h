// The team of threads that a run shares its tasks between.
#pragma once

#include <stdint.h>

/// Calls work(context, item, worker) for every item below `count` and returns when all are done, on at most `threads`
/// threads, and never more than CONV_MOST_THREADS. Workers are numbered from 0; a worker that has finished an item
/// takes the next one, unless the caller's run has been cancelled. All compute in the floating-point state of the caller,
/// and have their own again afterwards.
void team_run(int32_t threads, int64_t count, void (*work)(void *context, int64_t item, int32_t worker), void *context);
