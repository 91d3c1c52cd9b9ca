// The OpenMP team: how many threads a caller gets, and how tasks are handed out.
#include "team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <threads.h>
#include <unistd.h>

#include "convolution.h"
#include "room.h"

#ifdef _OPENMP

#if !__has_include("/usr/lib/x86_64-linux-gnu/libomp5.so") && !__has_include("/usr/lib/aarch64-linux-gnu/libomp5.so") && \
    !__has_include("/usr/lib/libomp5.so") && !__has_include("/usr/lib64/libomp5.so") && \
    !__has_include("/usr/local/lib/libomp5.so")
#error "libomp is missing: install it with 'apt-get install libomp-dev', or build single-threaded with OPENMP=0"
#endif

// The few entry points used of libomp, whose header is not on every compiler's search path.
extern int omp_in_parallel(void);
extern int omp_get_thread_num(void);
extern void kmp_set_blocktime(int milliseconds);

/// Threads at work in all runs of this process.
static atomic_int leased;

/// Leases up to `wanted` threads. Concurrent callers share the cores instead of multiplying teams; one that is alone
/// gets what it asks for.
static int32_t lease(int32_t wanted) {
  const int32_t cores = conv_core_count(), capacity = wanted > cores ? wanted : cores;
  int in_use = atomic_load(&leased);
  int32_t granted;
  do {
    const int32_t left = capacity - in_use;
    granted = left < 1 ? 1 : left < wanted ? left : wanted;
  } while (!atomic_compare_exchange_weak(&leased, &in_use, in_use + granted));
  return granted;
}

/// The most threads that runs of this thread have had: its team of libomp's has them, in use or not.
static _Thread_local int32_t team_size = 1;

/// Held by a thread while its team grows, so that no two take the same room for theirs.
static pthread_mutex_t growing = PTHREAD_MUTEX_INITIALIZER;

static void hold_growth(void) { pthread_mutex_lock(&growing); }
static void release_growth(void) { pthread_mutex_unlock(&growing); }

/// In the child of a fork no other thread is at work, and no team has workers.
static void forget_teams(void) {
  release_growth();
  atomic_store(&leased, 0);
  team_size = 1;
}

/// Whether the process ends, and which of its threads ends it. libomp then takes itself apart, and crashes if a thread
/// needs it.
static atomic_bool ending;
static pthread_t ending_thread;

/// Threads of the run that this one has a part in.
static _Thread_local int32_t own_team;

/// Has the runs of all other threads leave libomp, which takes as long as a task: seconds, where more than this process
/// wants the cores. It cannot leave a run that a signal has interrupted to end the process.
static void end_teams(void) {
  ending_thread = pthread_self();
  atomic_store(&ending, true);
  const struct timespec moment = {.tv_nsec = 100000};
  for (int waits = 0; atomic_load(&leased) > own_team && waits < 100000; waits++) thrd_sleep(&moment, NULL);
}

/// Does not return to a thread whose run may be left without some of its outputs.
static void wait_for_end(void) {
  while (!pthread_equal(pthread_self(), ending_thread)) pause();
}

/// What ends the process does so in the opposite order: libomp must be there before.
static void watch_process(void) {
  omp_in_parallel();
  atexit(end_teams);
  pthread_atfork(hold_growth, release_growth, forget_teams);
}

typedef struct {
  int32_t threads;
  bool grows;  ///< whether some of them are not there yet; `growing` is held until they are
} team;

/// Leases up to `wanted` threads for the calling one, and no more than the system allows it to have.
static team lease_team(int32_t wanted) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_process);
  const int32_t granted = lease(wanted);
  if (atomic_load(&ending) || omp_in_parallel()) {
    atomic_fetch_sub(&leased, granted - 1);
    return (team){1, false};
  }
  if (granted <= team_size) return (team){granted, false};
  pthread_mutex_lock(&growing);
  team_size += team_room(granted - team_size);
  atomic_fetch_sub(&leased, granted - team_size);
  return (team){team_size, true};
}

/// Lets idle workers of this caller's team sleep after a millisecond rather than spin for the default 200.
static void limit_spinning(void) {
  static _Thread_local bool limited;
  if (limited) return;
  limited = true;
  kmp_set_blocktime(1);
}

/// A worker's own items. Whoever has finished its own takes from the others; run after run a worker thus meets the same
/// outputs, which are still in its cache. One a cache line.
typedef struct {
  _Alignas(64) _Atomic int64_t next;
  int64_t end;
} share;

#endif

static _Thread_local const uint32_t *cancellation;

const uint32_t *conv_set_cancellation(const uint32_t *flag) {
  const uint32_t *before = cancellation;
  cancellation = flag;
  return before;
}

void conv_cancel(uint32_t *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELAXED); }

bool conv_is_cancelled(const uint32_t *flag) { return flag && __atomic_load_n(flag, __ATOMIC_RELAXED); }

#ifdef _OPENMP

typedef struct {
  int64_t count;
  void (*work)(void *context, int64_t item, int32_t worker);
  void *context;
  const uint32_t *cancellation;
} items;

/// Has a team compute items. A function of its own: whoever opens a parallel region asks libomp who it is before all else,
/// which a process that ends may have no more.
static __attribute__((noinline)) void compute_in_team(const team team, const items *items) {
  const int32_t granted = team.threads;
  limit_spinning();
  share shares[CONV_MOST_THREADS];
  for (int32_t w = 0; w < granted; w++) {
    atomic_init(&shares[w].next, items->count * w / granted);
    shares[w].end = items->count * (w + 1) / granted;
  }
  const conv_float_state state = conv_get_float_state();
#pragma omp parallel num_threads(granted)
  {
    const int32_t worker = omp_get_thread_num();
    own_team = granted;
    if (team.grows && worker == 0) pthread_mutex_unlock(&growing);
    const conv_float_state own = conv_get_float_state();
    if (worker != 0) conv_set_float_state(state);
    for (int32_t turn = 0; turn < granted; turn++) {
      share *from = &shares[(worker + turn) % granted];
      for (int64_t item; !conv_is_cancelled(items->cancellation) &&
                         !atomic_load_explicit(&ending, memory_order_relaxed) &&
                         (item = atomic_fetch_add_explicit(&from->next, 1, memory_order_relaxed)) < from->end;)
        items->work(items->context, item, worker);
    }
    if (worker != 0) conv_set_float_state(own);
    own_team = 0;
  }
}

#endif

void team_run(int32_t threads, int64_t count, void (*work)(void *context, int64_t item, int32_t worker),
              void *context) {
  if (threads > count) threads = (int32_t)count;
  // As many as a team has shares.
  if (threads > CONV_MOST_THREADS) threads = CONV_MOST_THREADS;
  const uint32_t *flag = cancellation;
#ifdef _OPENMP
  if (threads > 1) {
    const team team = lease_team(threads);
    if (team.threads > 1)
      compute_in_team(team, &(items){count, work, context, flag});
    else if (team.grows)
      pthread_mutex_unlock(&growing);
    atomic_fetch_sub(&leased, team.threads);
    if (atomic_load(&ending)) wait_for_end();
    if (team.threads > 1) return;
  }
#endif
  for (int64_t item = 0; item < count && !conv_is_cancelled(flag); item++) work(context, item, 0);
}
