// Weights are packed by the team, panel by panel.
#include "../team/team.h"
#include "convolution.h"

/// Packed bytes that are worth a team.
enum { TEAM_BYTES = 1 << 18 };

typedef struct {
  const conv_kernel *kernel;
  const conv_problem *problem;
  const conv_weights *weights;
  void *packed;
} pack_context;

static void pack_panel(void *context, int64_t panel, int32_t worker) {
  (void)worker;
  const pack_context *run = context;
  run->kernel->pack(run->problem, run->weights, (int32_t)panel, (int32_t)panel + 1, run->packed);
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
  pack_context context = {kernel, problem, weights, packed};
  team_run(threads, panels, pack_panel, &context);
  conv_set_cancellation(flag);
}
