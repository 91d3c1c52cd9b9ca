// Kernels whose outputs are not side by side in the image: each phase computes a task's in the workspace, and they are
// spread over its rows from there. Channels-first kernels do so for channels-last images too, whose input is turned.
#include "../team/team.h"
#include "box.h"
#include "task.h"
#include "turner/turner.h"

typedef struct {
  const conv_phase *phases;
  int32_t phase_count;
  const conv_turned *turned;
  size_t box_bytes;
  const conv_operands *operands;
  conv_batch batch;
  const conv_task *tasks;
  int32_t task_count;
  conv_workspace workspace;
} spread_context;

/// A phase's outputs of a task: in the workspace without gaps, and in the image. Axes from the outermost to the innermost
/// of the workspace, where channels come first or last.
typedef struct {
  int32_t extent[4];
  ptrdiff_t step[4];  ///< in the image
} spread_box;

/// Whether channels come first: a single one may in either layout, so that rows are the innermost loop.
static bool has_channels_first(const conv_problem *problem, int32_t channels) {
  return problem->layout == CONV_CHANNELS_FIRST || channels == 1;
}

static spread_box box_of(const conv_problem *problem, const conv_task *part, int32_t channels) {
  const bool first = has_channels_first(problem, channels);
  spread_box box;
  box.extent[first ? 0 : 3] = channels;
  box.step[first ? 0 : 3] = problem->y.channel;
  for (int a = 0; a < 3; a++) {
    box.extent[first + a] = part->end[a] - part->first[a];
    box.step[first + a] = problem->y.axis[a];
  }
  return box;
}

/// The distances within the workspace.
static conv_strides spread_strides(const conv_problem *problem, const spread_box *box, int32_t channels) {
  ptrdiff_t distance[4] = {[3] = 1};
  for (int a = 3; a > 0; a--) distance[a - 1] = distance[a] * box->extent[a];
  const bool first = has_channels_first(problem, channels);
  return (conv_strides){.channel = problem->layout == CONV_CHANNELS_FIRST ? distance[0] : 1,
                        .axis = {distance[first], distance[first + 1], distance[first + 2]}};
}

/// Brings the rows of a box together in the workspace.
static void gather_rows(const spread_box *box, const float *image, float *to) {
  for (int32_t h = 0; h < box->extent[0]; h++)
    for (int32_t i = 0; i < box->extent[1]; i++)
      for (int32_t j = 0; j < box->extent[2]; j++, to += box->extent[3]) {
        const float *row = image + h * box->step[0] + i * box->step[1] + j * box->step[2];
        for (int32_t k = 0; k < box->extent[3]; k++) to[k] = row[k * box->step[3]];
      }
}

/// Spreads them over the image.
static void spread_rows(const spread_box *box, const float *from, float *image) {
  for (int32_t h = 0; h < box->extent[0]; h++)
    for (int32_t i = 0; i < box->extent[1]; i++)
      for (int32_t j = 0; j < box->extent[2]; j++, from += box->extent[3]) {
        float *row = image + h * box->step[0] + i * box->step[1] + j * box->step[2];
        for (int32_t k = 0; k < box->extent[3]; k++) row[k * box->step[3]] = from[k];
      }
}

/// Runs a phase's part of a task; `input` is what of the image has been turned to `input_box`, or NULL.
static void run_phase(const spread_context *run, const conv_phase *phase, int64_t image, const conv_task *part,
                      const conv_box *input_box, const float *input, float *outputs, void *workspace) {
  conv_problem problem = *phase->problem;
  const float *x = input ? read_box(&problem, input_box, input)
                         : run->operands->x + image * problem.x.image + phase->x;
  const int32_t first_channel = phase->kernel->panel_channel(&problem, part->first_panel);
  const int32_t channels = phase->kernel->panel_channel(&problem, part->end_panel) - first_channel;
  const spread_box box = box_of(&problem, part, channels);
  const conv_strides strides = spread_strides(&problem, &box, channels);
  ptrdiff_t corner = image * problem.y.image + phase->y + first_channel * problem.y.channel;
  ptrdiff_t origin = -(first_channel * strides.channel);
  for (int a = 0; a < 3; a++) {
    corner += part->first[a] * problem.y.axis[a];
    origin -= part->first[a] * strides.axis[a];
  }
  problem.y = strides;
  const conv_operands operands = {
      .x = x,
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
  const conv_turned *turned = run->turned;
  const run_item at = item_at(run->batch, run->task_count, item);
  const int64_t image = at.image, task = at.task;
  const conv_task *parts = run->tasks + task * run->phase_count;
  const conv_box *box = turned ? &turned->inputs[task] : NULL;
  char *slice = slice_of(run->workspace, worker);
  float *outputs = (float *)(slice + (turned ? turned->input_bytes : 0));
  if (turned)
    turner_of(run->phases[0].kernel->isa)
        ->last_to_first(run->operands->x + image * turned->x.image + turned->x_offset, &turned->x, box, (float *)slice);
  for (int32_t i = 0; i < run->phase_count; i++)
    if (!is_empty(&parts[i]))
      run_phase(run, &run->phases[i], image, &parts[i], box, turned ? (float *)slice : NULL, outputs,
                (char *)outputs + run->box_bytes);
}

void conv_run_spread(const conv_phase *phases, int32_t phase_count, const conv_turned *turned, size_t box_bytes,
                     const conv_operands *operands, conv_batch batch, const conv_task *tasks, int32_t task_count,
                     int32_t threads, conv_workspace workspace) {
  spread_context context = {phases, phase_count, turned, box_bytes, operands, batch, tasks, task_count, workspace};
  team_run(threads, batch.images * task_count, run_task, &context);
}
