// Weights are packed by the team, some panels at a time.
#include "../team/team.h"
#include "convolution.h"

/// Packed bytes that are worth a team; and panels that are packed together at most: their weights may lie side by side,
/// pages away from those that come next.
enum { TEAM_BYTES = 1 << 18, PANELS_TOGETHER = 8 };

typedef struct {
  const conv_kernel *kernel;
  const conv_problem *problem;
  const conv_weights *weights;
  void *packed;
  int32_t panels, parts;
} pack_context;

static void pack_part(void *context, int64_t part, int32_t worker) {
  (void)worker;
  const pack_context *run = context;
  const int32_t first = (int32_t)(run->panels * part / run->parts);
  const int32_t end = (int32_t)(run->panels * (part + 1) / run->parts);
  run->kernel->pack(run->problem, run->weights, first, end, run->packed);
}

void conv_pack(const conv_kernel *kernel, const conv_problem *problem, const conv_weights *weights, int32_t threads,
               void *packed) {
  const int32_t panels = kernel->panel_count(problem);
  if (kernel->packed_bytes(problem) < TEAM_BYTES) {
    kernel->pack(problem, weights, 0, panels, packed);
    return;
  }
  // Packing is a part of making a plan, which nothing cancels.
  const uint32_t *flag = conv_set_cancellation(NULL);
  const int32_t share = panels / (2 * threads), together = share < PANELS_TOGETHER ? share : PANELS_TOGETHER;
  const int32_t parts = together > 1 ? panels / together : panels;
  pack_context context = {kernel, problem, weights, packed, panels, parts};
  team_run(threads, parts, pack_part, &context);
  conv_set_cancellation(flag);
}
