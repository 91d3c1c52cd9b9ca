#include "room.h"

#include <pthread.h>

#include "convolution.h"

/// Waits until all are made.
static void *pass(void *gate) {
  pthread_mutex_lock(gate);
  pthread_mutex_unlock(gate);
  return NULL;
}

int32_t team_room(int32_t wanted) {
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  pthread_t threads[CONV_MOST_THREADS];
  int32_t made = 0;
  pthread_mutex_lock(&gate);
  while (made < wanted && pthread_create(&threads[made], NULL, pass, &gate) == 0) made++;
  pthread_mutex_unlock(&gate);
  for (int32_t i = 0; i < made; i++) pthread_join(threads[i], NULL);
  return made;
}
