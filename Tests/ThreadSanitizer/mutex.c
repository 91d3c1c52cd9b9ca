// Tells ThreadSanitizer of a Swift Mutex that has to be waited for. Its fast way is compiled into its users and seen;
// its slow way lies in libswiftSynchronization, which is not instrumented. `make sanitize-threads` loads this first.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

// What Synchronization._MutexHandle does slowly; `handle` is where the lock is.
#define SWIFT __attribute__((swiftcall))
#define HANDLE __attribute__((swift_context)) void *handle
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
typedef SWIFT void lock_function(uint32_t thread, HANDLE);
typedef SWIFT bool try_lock_function(HANDLE);
typedef SWIFT void unlock_function(HANDLE);

SWIFT void lock(uint32_t thread, HANDLE) __asm__(LOCK);
SWIFT void lock(uint32_t thread, HANDLE) {
  lock_function *const slow = (lock_function *)dlsym(RTLD_NEXT, LOCK);
  slow(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT bool try_lock(HANDLE) __asm__(TRY_LOCK);
SWIFT bool try_lock(HANDLE) {
  try_lock_function *const slow = (try_lock_function *)dlsym(RTLD_NEXT, TRY_LOCK);
  const bool locked = slow(handle);
  if (locked && __tsan_acquire) __tsan_acquire(handle);
  return locked;
}

SWIFT void unlock(HANDLE) __asm__(UNLOCK);
SWIFT void unlock(HANDLE) {
  unlock_function *const slow = (unlock_function *)dlsym(RTLD_NEXT, UNLOCK);
  if (__tsan_release) __tsan_release(handle);
  slow(handle);
}
