// How work on a tensor is cut: units that lie one behind the other, some of them a task.
#pragma once

#include "../shared/sizes.h"
#include "../team/team.h"

enum {
  /// Elements of a task, about.
  TASK_ELEMENTS = 1 << 14,
  /// Of fewer, waking the team takes longer than it saves.
  TEAM_ELEMENTS = 1 << 15,
};

/// Units of a cut, or those that a task has.
typedef struct {
  int64_t first, end;
} span;

/// `count` units, `together` of them a task.
typedef struct {
  int64_t count, together;
} cut;

/// Units that take as long as `elements` elements that are read and written.
INLINE cut cut_units(int64_t count, int64_t elements) {
  return (cut){count, elements >= TASK_ELEMENTS ? 1 : TASK_ELEMENTS / (elements < 1 ? 1 : elements)};
}

INLINE span units_of(const cut *units, int64_t task) {
  const int64_t first = task * units->together, end = first + units->together;
  return (span){first, end < units->count ? end : units->count};
}

INLINE int64_t elements_of(const int64_t *extent, int32_t axes) {
  int64_t elements = 1;
  for (int axis = 0; axis < axes; axis++) elements *= extent[axis];
  return elements;
}

/// Threads for work of so many elements.
INLINE int32_t threads_for(int64_t elements, int32_t threads) { return elements < TEAM_ELEMENTS ? 1 : threads; }

/// Calls work(context, task, worker) for every task of a cut whose units have so many elements.
INLINE void run_units(const cut *units, int64_t elements, int32_t threads,
                      void (*work)(void *context, int64_t task, int32_t worker), void *context) {
  const int64_t tasks = (units->count + units->together - 1) / units->together;
  team_run(threads_for(units->count * elements, threads), tasks, work, context);
}
