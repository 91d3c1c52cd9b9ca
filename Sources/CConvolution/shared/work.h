// Adding up the work of a task.
#pragma once

#include "problem.h"
#include "sizes.h"

INLINE void add_work(conv_work *work, conv_term term, double count) { work->count[term] += count; }

/// How much of what is used again after `distance` bytes of other data has left a cache of `size` bytes: all of it
/// where they fill the cache, none where they fill half of it.
INLINE double share_beyond(double distance, int64_t size) {
  const double share = 2 * distance / (double)size - 1;
  return share < 0 ? 0 : share > 1 ? 1 : share;
}

/// Adds a way through `bytes` that a core last used `distance` bytes ago, those themselves included, and all cores, who
/// share the third level, `shared_distance` bytes ago.
INLINE void add_shared_traffic(conv_work *work, const conv_problem *problem, double bytes, double distance,
                               double shared_distance) {
  const double distances[] = {distance, distance, shared_distance};
  for (int level = 0; level < 3; level++)
    add_work(work, CONV_LEVEL2_BYTES + level, bytes * share_beyond(distances[level], problem->caches.level[level]));
}

/// The same where both are one distance.
INLINE void add_traffic(conv_work *work, const conv_problem *problem, double bytes, double distance) {
  add_shared_traffic(work, problem, bytes, distance, distance);
}

INLINE double extent_of(const conv_task *task, int axis) { return task->end[axis] - task->first[axis]; }

/// Output pixels of a task.
INLINE double task_outputs(const conv_task *task) {
  return extent_of(task, 0) * extent_of(task, 1) * extent_of(task, 2);
}

/// Bytes of one image's input and output, all channels.
INLINE double image_bytes(const conv_problem *problem) {
  double inputs = (double)problem->groups * problem->input_channels;
  double outputs = (double)problem->groups * problem->output_channels;
  for (int axis = 0; axis < 3; axis++) {
    inputs *= problem->axis[axis].input;
    outputs *= problem->axis[axis].output;
  }
  return (inputs + outputs) * sizeof(float);
}

/// Outputs of an axis that lie less than `distance` inputs behind the first one.
INLINE int64_t outputs_before(const conv_axis *axis, int64_t distance) {
  return distance <= 0 ? 0 : axis->stride == 1 ? distance : (distance - 1) / axis->stride + 1;
}

/// The taps of an axis that the outputs first..<end go through, on average, where some `together` leave out a tap that
/// is outside for all of them.
INLINE double taps_of_range(const conv_axis *axis, int32_t first, int32_t end, double together) {
  if (are_inside(axis, first, end) || !has_zero_border(axis)) return axis->kernel;
  const double outputs = end - first;
  double met = 0;
  int64_t place = -axis->before;
  for (int32_t k = 0; k < axis->kernel; k++, place += axis->dilation) {
    const int32_t begin = clamped(outputs_before(axis, -place), first, end);
    const int32_t inside = clamped(outputs_before(axis, axis->input - place), begin, end) - begin;
    const double tap = inside - 1 + together;
    if (inside > 0) met += tap < outputs ? tap : outputs;
  }
  return met / outputs;
}

/// Of all taps of an axis's outputs, those that are not left out.
INLINE double share_of_taps(const conv_axis *axis) {
  return axis->output > 0 ? taps_of_range(axis, 0, axis->output, 1) / axis->kernel : 1;
}

/// Inputs of an axis from the first to the last one that outputs side by side read.
INLINE double span_of(const conv_axis *axis, double outputs) {
  const double span = (outputs - 1) * axis->stride + (double)tap_span(axis);
  return outputs == 0 ? 0 : span < axis->input ? span : axis->input;
}

/// Those of them that are read.
INLINE double inputs_of(const conv_axis *axis, double outputs) {
  const double span = span_of(axis, outputs), taps = outputs * axis->kernel;
  return span < taps ? span : taps;
}

/// Input samples of a channel that a task reads.
INLINE double task_inputs(const conv_problem *problem, const conv_task *task) {
  double inputs = 1;
  for (int axis = 0; axis < 3; axis++) inputs *= inputs_of(&problem->axis[axis], extent_of(task, axis));
  return inputs;
}

/// Likewise a tile of `pixels` outputs side by side.
INLINE double tile_inputs(const conv_problem *problem, double pixels) {
  const conv_axis *axis = problem->axis;
  return inputs_of(&axis[0], 1) * inputs_of(&axis[1], 1) * inputs_of(&axis[2], pixels);
}

/// The groups that a task has panels of, with `panels` panels a group.
INLINE int32_t task_groups(const conv_task *task, int32_t panels) {
  return (task->end_panel - 1) / panels - task->first_panel / panels + 1;
}

/// Adds the input and the output of a task, which the whole image and the weights were gone through since.
INLINE void add_image_traffic(conv_work *work, const conv_problem *problem, double bytes, double packed_bytes) {
  add_traffic(work, problem, bytes, image_bytes(problem) + packed_bytes);
}

/// Adds the first way through a task's weights, which a task before, `distance` bytes ago, may have left in a core's own
/// caches. In the third level they are there if all of them stay until the next run.
INLINE void add_weight_traffic(conv_work *work, const conv_problem *problem, double bytes, double distance,
                               double packed_bytes) {
  add_shared_traffic(work, problem, bytes, distance, image_bytes(problem) + packed_bytes);
}

/// Bytes that a task moves which goes through all its weights once a tile.
typedef struct {
  double inputs, outputs, weights;  ///< of the task
  double tiles, tile_inputs;        ///< what one tile reads of the input
  double passes;                    ///< of a tile through them: panels of a group
  double blocks;                    ///< of rows of weights that all panels go through before the next
} tiled_bytes;

INLINE void add_tiled_traffic(conv_work *work, const conv_problem *problem, const conv_task *task, tiled_bytes bytes,
                              double packed_bytes) {
  add_image_traffic(work, problem, bytes.inputs + bytes.outputs, packed_bytes);
  add_weight_traffic(work, problem, bytes.weights, bytes.inputs + bytes.outputs + bytes.weights, packed_bytes);
  add_traffic(work, problem, (bytes.tiles - 1) * bytes.weights, bytes.weights + bytes.tile_inputs);
  add_traffic(work, problem, bytes.tiles * (bytes.passes - 1) * bytes.tile_inputs,
              (bytes.tile_inputs + bytes.weights / bytes.passes) / bytes.blocks);
  // What tiles share was read before: by the last one of the row, or along the outermost axis of several taps, rows or
  // planes ago.
  const double again = bytes.tiles * bytes.tile_inputs - bytes.inputs, pixels = task_outputs(task) / bytes.tiles;
  if (again <= 0) return;
  const conv_axis *width = &problem->axis[2];
  const double beside = bytes.tiles * bytes.tile_inputs * (1 - pixels * width->stride / inputs_of(width, pixels));
  const double shared = beside < 0 ? 0 : beside > again ? again : beside;
  int outermost = 0;
  while (outermost < 2 && (problem->axis[outermost].kernel == 1 || extent_of(task, outermost) == 1)) outermost++;
  const conv_axis *axis = &problem->axis[outermost];
  const double share = inputs_of(axis, 1) / inputs_of(axis, extent_of(task, outermost));
  add_traffic(work, problem, shared, bytes.tile_inputs + bytes.weights);
  add_traffic(work, problem, again - shared, bytes.inputs * share + bytes.weights);
}
