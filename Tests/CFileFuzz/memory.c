#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "filefuzz.h"

// AddressSanitizer's: https://github.com/llvm/llvm-project/blob/main/compiler-rt/include/sanitizer/allocator_interface.h
int __sanitizer_install_malloc_and_free_hooks(
    void (*malloc_hook)(const volatile void *, size_t), void (*free_hook)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *memory);

/// What AddressSanitizer does unless the environment says something else.
const char *__asan_default_options(void) {
  // Memory that cannot be had is an error of the reader's, which the fuzzer looks at.
  return "allocator_may_return_null=1:detect_leaks=0:quarantine_size_mb=16";
}

static atomic_llong allocated;
static atomic_llong limit = LLONG_MAX;

static void count_malloc(const volatile void *memory, size_t size) {
  (void)memory;
  if (atomic_fetch_add(&allocated, (long long)size) + (long long)size <= limit) return;
  fprintf(stderr, "ERROR: an allocation of %zu bytes goes beyond the limit\n", size);
  limit = LLONG_MAX;
  abort();
}

static void count_free(const volatile void *memory) {
  if (memory) atomic_fetch_sub(&allocated, (long long)__sanitizer_get_allocated_size(memory));
}

void filefuzz_limit_memory(size_t bytes) {
  static int is_counting;
  if (!is_counting) {
    is_counting = 1;
    __sanitizer_install_malloc_and_free_hooks(count_malloc, count_free);
  }
  limit = allocated + (long long)bytes;
}
