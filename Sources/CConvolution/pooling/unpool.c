// Values go back to where they were the maxima. An item of the team is a block of channels of an image: it alone writes
// them.
#include <stdatomic.h>
#include <string.h>

#include "../team/team.h"
#include "pooling.h"

/// Channels of a block in channels-last memory: some cache lines of a pixel.
enum { BLOCK_CHANNELS = 64 };

typedef struct {
  const conv_unpooling *unpooling;
  int32_t block_channels, blocks;  ///< of an image
  int64_t indexed_plane, output_plane;
  _Atomic int64_t first_stray;
} unpool_context;

static int64_t extents_product(const int32_t extents[3]) { return (int64_t)extents[0] * extents[1] * extents[2]; }

/// Where in its plane of the output the sample of an index lies; -1 where it is not of the `plane`-th one, or outside.
static int64_t output_place(const unpool_context *unpool, int64_t index, int64_t plane) {
  const int32_t *from = unpool->unpooling->indexed, *to = unpool->unpooling->output;
  const int64_t first = plane * unpool->indexed_plane;
  if (index < first || index - first >= unpool->indexed_plane) return -1;
  const int64_t place = index - first;
  if (memcmp(from, to, 3 * sizeof *from) == 0) return place;
  const int64_t w = place % from[2], h = place / from[2] % from[1], d = place / from[2] / from[1];
  return d < to[0] && h < to[1] && w < to[2] ? (d * to[1] + h) * to[2] + w : -1;
}

static void report_stray(unpool_context *unpool, int64_t position) {
  int64_t first = atomic_load(&unpool->first_stray);
  while ((first < 0 || position < first) && !atomic_compare_exchange_weak(&unpool->first_stray, &first, position)) {
  }
}

static void unpool_block(void *context, int64_t item, int32_t worker) {
  (void)worker;
  unpool_context *unpool = context;
  const conv_unpooling *u = unpool->unpooling;
  const int64_t image = item / unpool->blocks;
  const int32_t first = (int32_t)(item % unpool->blocks) * unpool->block_channels;
  const int32_t left = u->channels - first, channels = left < unpool->block_channels ? left : unpool->block_channels;
  const bool is_first = u->layout == CONV_CHANNELS_FIRST;
  const int64_t step = is_first ? 1 : u->channels;
  float *y = u->y + image * u->channels * unpool->output_plane + first * (is_first ? unpool->output_plane : 1);
  for (int64_t pixel = 0; pixel < (is_first ? 1 : unpool->output_plane); pixel++)
    memset(y + pixel * step, 0, sizeof *y * (is_first ? (size_t)unpool->output_plane : (size_t)channels));
  const int64_t start = image * u->channels * u->values + first * (is_first ? u->values : 1);
  for (int64_t value = 0; value < u->values; value++)
    for (int32_t c = 0; c < channels; c++) {
      const int64_t position = start + value * step + c;
      const int64_t place = output_place(unpool, u->index[position], image * u->channels + first + c);
      if (place < 0)
        report_stray(unpool, position);
      else
        y[place * step + c] = u->value[position];
    }
}

int64_t conv_unpool(const conv_unpooling *unpooling, int32_t threads) {
  unpool_context context = {
      .unpooling = unpooling,
      .block_channels = unpooling->layout == CONV_CHANNELS_FIRST ? 1 : BLOCK_CHANNELS,
      .indexed_plane = extents_product(unpooling->indexed),
      .output_plane = extents_product(unpooling->output),
      .first_stray = -1,
  };
  context.blocks = (unpooling->channels + context.block_channels - 1) / context.block_channels;
  team_run(threads, unpooling->images * context.blocks, unpool_block, &context);
  return atomic_load(&context.first_stray);
}
