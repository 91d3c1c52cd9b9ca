// The team of threads that a run shares its tasks between.
#ifndef CONV_TEAM_H
#define CONV_TEAM_H

#include <stdint.h>

/// Calls work(context, item, worker) for every item below `count`, on at most `threads` threads, and returns when all
/// are done. Workers are numbered from 0; a worker takes the next item when it has finished one.
void team_run(int32_t threads, int64_t count, void (*work)(void *context, int64_t item, int32_t worker), void *context);

#endif
