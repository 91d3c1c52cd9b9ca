// The work of a task: the inner kernel's, and turning.
#pragma once

#include "../../shared/work.h"
#include "band.h"
#include "group.h"

static int32_t panel_channel(const conv_problem *problem, int32_t panel) { return INNER.panel_channel(problem, panel); }

INLINE int32_t task_channels(const conv_problem *problem, const conv_task *task) {
  return panel_channel(problem, task->end_panel) - panel_channel(problem, task->first_panel);
}

/// Output rows of a band in the middle of the image.
INLINE int32_t band_rows(const conv_problem *problem) {
  const conv_axis *height = &problem->axis[1];
  const band_size most = band_size_of(problem);
  if (most.input_rows == held_count(height)) return most.output_rows;
  const int32_t side_by_side = (most.input_rows - (height->kernel - 1) * height->dilation - 1) / height->stride + 1;
  const int32_t apart = most.input_rows / height->kernel;
  return clamped(side_by_side > apart ? side_by_side : apart, 1, most.output_rows);
}

/// Vectors that turn `rows` x `columns` samples.
INLINE double turned_vectors(int32_t rows, int32_t columns) {
  return (double)parts_of(rows, LANES) * parts_of(columns, LANES) * LANES;
}

/// Adds `count` bands like one: the inner kernel's work, and turning. Returns the bytes of input that they need.
INLINE double add_bands(conv_work *work, const conv_problem *problem, const conv_task *band_task, double count) {
  conv_problem inner = *problem;
  inner.layout = CONV_CHANNELS_LAST;
  inner.x.axis[2] = problem->input_channels;
  conv_work one = INNER.work(&inner, band_task);
  const conv_axis *axis = problem->axis;
  const int32_t inputs = problem->input_channels, outputs = task_channels(problem, band_task);
  const double rows = inputs_of(&axis[0], 1) * inputs_of(&axis[1], extent_of(band_task, 1));
  const double columns = span_of(&axis[2], extent_of(band_task, 2));
  const double samples = rows * columns, pixels = task_outputs(band_task);
  add_work(&one, CONV_TURNS,
           rows * turned_vectors(inputs, (int32_t)columns) + turned_vectors((int32_t)pixels, outputs));
  // Turned samples and outputs are written and read once more.
  const double bytes = sizeof(float) * (samples * inputs + pixels * outputs);
  add_traffic(&one, problem, 2 * bytes, bytes);
  for (int term = 0; term < CONV_TERM_COUNT; term++) add_work(work, term, count * one.count[term]);
  return sizeof(float) * count * inputs * task_inputs(problem, band_task);
}

/// The work of a task that has panels of one group.
INLINE conv_work group_work(const conv_problem *problem, const conv_task *task) {
  conv_work work = {0};
  double needed = 0;
  // A band in the middle stands for all but the first one, at the border, and the last one, which has the rows that are
  // left.
  const int32_t most = band_rows(problem), rows = task->end[1] - task->first[1], whole = rows / most;
  conv_task band_task = *task;
  // Likewise a band's columns for all of the row.
  const int32_t columns = task->end[2] - task->first[2];
  const int32_t parts = columns > 0 ? parts_of(columns, band_size_of(problem).output_columns) : 1;
  band_task.first[2] += part_begin(columns, parts, parts / 2);
  band_task.end[2] = task->first[2] + part_begin(columns, parts, parts / 2 + 1);
  const double bands = parts * extent_of(task, 0);
  band_task.first[0] = (task->first[0] + task->end[0]) / 2;
  band_task.end[0] = band_task.first[0] + 1;
  for (int32_t band = 0; band < least_of(whole, 2); band++) {
    band_task.first[1] = task->first[1] + (band == 0 ? 0 : whole / 2 * most);
    band_task.end[1] = band_task.first[1] + most;
    needed += add_bands(&work, problem, &band_task, band == 0 ? bands : bands * (whole - 1));
  }
  band_task.first[1] = task->first[1] + whole * most;
  band_task.end[1] = task->end[1];
  if (rows > whole * most) needed += add_bands(&work, problem, &band_task, bands);
  // What several bands need is far away only once: then it was read a band before, which fills the second-level cache,
  // or for taps of depth a plane before.
  const double samples = sizeof(float) * problem->input_channels * task_inputs(problem, task);
  const double again = needed - samples;
  if (again > 0) {
    add_image_traffic(&work, problem, -again, INNER.packed_bytes(problem));
    add_traffic(&work, problem, again,
                problem->axis[0].kernel > 1 ? samples / extent_of(task, 0) : problem->caches.level[1]);
  }
  return work;
}

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const int32_t panels = group_panels(problem), count = task->end_panel - task->first_panel;
  conv_task part = *task;
  part.first_panel %= panels;
  part.end_panel = part.first_panel + count;
  double groups = 1;
  if (part.end_panel > panels) {
    // One whole group stands for all, of which the first and the last may be parts.
    part.first_panel = 0;
    part.end_panel = panels;
    groups = count / (double)panels;
  }
  conv_work work = group_work(problem, &part);
  for (int term = 0; term < CONV_TERM_COUNT; term++) work.count[term] *= groups;
  work.count[CONV_TASKS] = 1;
  return work;
}
