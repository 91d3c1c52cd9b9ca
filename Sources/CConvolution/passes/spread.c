// Channels-first kernels whose outputs are not side by side in the image: each phase computes a task's in the workspace,
// and they are spread over its rows from there.
#include "../team/team.h"
#include "task.h"

typedef struct {
  const conv_phase *phases;
  int32_t phase_count;
  size_t box_bytes;
  const conv_operands *operands;
  const conv_task *tasks;
  int32_t task_count;
  conv_workspace workspace;
} spread_context;

/// A phase's outputs of a task: in the workspace without gaps, and in the image.
typedef struct {
  int32_t channels, extent[3];
  ptrdiff_t step[3], channel;  ///< in the image
} spread_box;

/// Brings the rows of a box together in the workspace.
static void gather_rows(const spread_box *box, const float *image, float *to) {
  for (int32_t c = 0; c < box->channels; c++)
    for (int32_t z = 0; z < box->extent[0]; z++)
      for (int32_t i = 0; i < box->extent[1]; i++, to += box->extent[2]) {
        const float *row = image + c * box->channel + z * box->step[0] + i * box->step[1];
        for (int32_t j = 0; j < box->extent[2]; j++) to[j] = row[j * box->step[2]];
      }
}

/// Spreads them over the image.
static void spread_rows(const spread_box *box, const float *from, float *image) {
  for (int32_t c = 0; c < box->channels; c++)
    for (int32_t z = 0; z < box->extent[0]; z++)
      for (int32_t i = 0; i < box->extent[1]; i++, from += box->extent[2]) {
        float *row = image + c * box->channel + z * box->step[0] + i * box->step[1];
        for (int32_t j = 0; j < box->extent[2]; j++) row[j * box->step[2]] = from[j];
      }
}

static void run_phase(const spread_context *run, const conv_phase *phase, int64_t image, const conv_task *part,
                      float *outputs, void *workspace) {
  conv_problem problem = *phase->problem;
  const int32_t first_channel = phase->kernel->panel_channel(&problem, part->first_panel);
  spread_box box = {.channels = phase->kernel->panel_channel(&problem, part->end_panel) - first_channel,
                    .channel = problem.y.channel};
  ptrdiff_t corner = image * problem.y.image + phase->y + first_channel * problem.y.channel, origin = 0;
  for (int a = 0; a < 3; a++) {
    box.extent[a] = part->end[a] - part->first[a];
    box.step[a] = problem.y.axis[a];
    corner += part->first[a] * problem.y.axis[a];
  }
  const ptrdiff_t row = box.extent[2], plane = box.extent[1] * row;
  problem.y = (conv_strides){.channel = box.extent[0] * plane, .axis = {plane, row, 1}};
  origin -= first_channel * problem.y.channel;
  for (int a = 0; a < 3; a++) origin -= part->first[a] * problem.y.axis[a];
  const conv_operands operands = {
      .x = run->operands->x + image * problem.x.image + phase->x,
      .residual = run->operands->residual ? outputs + origin : NULL,
      .packed = phase->packed,
      .bias = run->operands->bias,
      .y = outputs + origin,
  };
  // A residual is gathered into the place of the outputs that it is added to.
  if (run->operands->residual) gather_rows(&box, run->operands->residual + corner, outputs);
  phase->kernel->run(&problem, &operands, part, workspace);
  spread_rows(&box, outputs, run->operands->y + corner);
}

static void run_task(void *context, int64_t item, int32_t worker) {
  const spread_context *run = context;
  const conv_task *parts = run->tasks + item % run->task_count * run->phase_count;
  char *slice = slice_of(run->workspace, worker);
  for (int32_t i = 0; i < run->phase_count; i++)
    if (!is_empty(&parts[i]))
      run_phase(run, &run->phases[i], item / run->task_count, &parts[i], (float *)slice, slice + run->box_bytes);
}

void conv_run_spread(const conv_phase *phases, int32_t phase_count, size_t box_bytes, const conv_operands *operands,
                     int64_t images, const conv_task *tasks, int32_t task_count, int32_t threads,
                     conv_workspace workspace) {
  spread_context context = {phases, phase_count, box_bytes, operands, tasks, task_count, workspace};
  team_run(threads, images * task_count, run_task, &context);
}
