// Whether the system lets this process have more threads.
#pragma once

#include <stdint.h>

/// How many threads could be made now, `wanted` at most: makes them, so that all are there at the same time, and lets them
/// end. libomp ends the process where a thread is refused, so it is asked for no more than these.
int32_t team_room(int32_t wanted);
