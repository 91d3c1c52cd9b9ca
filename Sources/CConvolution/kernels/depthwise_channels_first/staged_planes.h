// Channels of a block staged in the first-level cache, border samples included. A staged channel is [plane][row], of
// the inputs from the first to the last that a tap meets; a row holds the parts of a staged axis.
#pragma once

#include <string.h>

#include "../../shared/arena.h"
#include "../../shared/copy_span.h"
#include "block.h"

/// A row of samples of the input and where it is staged.
typedef struct {
  ptrdiff_t from;
  int32_t to;
} row_copy;

/// Samples of a row a stride apart, staged side by side.
typedef struct {
  int32_t from, to, count;
} span_copy;

/// One sample of a row, near the border.
typedef struct {
  int32_t from, to;
} edge_copy;

typedef struct {
  int32_t pitch, plane, channel;  ///< floats from one staged row, plane and channel to the next
  int32_t row_count, span_count, edge_count, constant_count;
  row_copy *rows;      ///< those inside
  span_copy *spans;    ///< of the parts of a row
  edge_copy *edges;
  int32_t *constants;  ///< slots of a row that read one
  int32_t *columns;    ///< of each tap of the width: where the first output's sample lies in a row
  int32_t *sources;    ///< scratch
  float *samples;
} staged_planes;

INLINE staged_planes staged_planes_in(const conv_problem *problem, const block_limits *limits, arena *memory) {
  const conv_axis *axis = problem->axis;
  const staged_axis width = phases_of(&axis[2], limits->outputs[2]);
  const int64_t planes = slots_of(&axis[0], limits->outputs[0]), rows = slots_of(&axis[1], limits->outputs[1]);
  staged_planes staged = {.rows = TAKE(memory, row_copy, planes * rows)};
  staged.spans = TAKE(memory, span_copy, width.parts);
  staged.edges = TAKE(memory, edge_copy, slot_count(&width));
  staged.constants = TAKE(memory, int32_t, slot_count(&width));
  staged.columns = TAKE(memory, int32_t, axis[2].kernel);
  staged.sources = TAKE(memory, int32_t, planes + rows + slot_count(&width));
  staged.samples = TAKE(memory, float, limits->floats + LANES);
  return staged;
}

/// Writes the input index of each of an axis's slots, CONV_CONSTANT or UNREAD, for outputs from `first` on.
static inline void list_slots(const conv_axis *axis, int32_t first, int32_t outputs, int32_t *source) {
  for (int64_t i = 0; i < slots_of(axis, outputs); i++) source[i] = UNREAD;
  for (int32_t r = 0; r < outputs; r++) {
    const tap_row taps = taps_of(axis, first + r);
    int32_t *slots = source + (int64_t)r * axis->stride;
    for (int32_t k = 0; k < axis->kernel; k++) slots[(int64_t)k * axis->dilation] = tap_index(taps, k);
  }
}

/// Lists what is copied to a row, the slots of constants and where taps begin.
static inline void list_row(staged_planes *staged, const staged_axis *width, const int32_t *source) {
  staged->span_count = staged->edge_count = staged->constant_count = 0;
  for (int32_t part = 0; part < width->parts; part++, source += width->length) {
    const slot_span even = even_span(source, width->length, width->axis->stride);
    const int32_t start = part * (int32_t)part_floats(width) + (LANES - even.begin % LANES) % LANES;
    if (even.end > even.begin)
      staged->spans[staged->span_count++] =
          (span_copy){source[even.begin], start + even.begin, even.end - even.begin};
    for (int32_t i = 0; i < width->length; i++)
      if (source[i] == CONV_CONSTANT)
        staged->constants[staged->constant_count++] = start + i;
      else if (source[i] >= 0 && (i < even.begin || i >= even.end))
        staged->edges[staged->edge_count++] = (edge_copy){source[i], start + i};
    for (int32_t kw = 0; kw < width->axis->kernel; kw++)
      if (part_of_tap(width, kw) == part) staged->columns[kw] = start + shift_of_tap(width, kw);
  }
}

/// Writes what a row holds where no samples are copied to: `value`, but the width's constant where that is read.
INLINE void fill_row(const staged_planes *staged, const conv_axis *width, float value, float *row) {
  for (int32_t k = 0; k < staged->pitch; k++) row[k] = value;
  for (int32_t k = 0; k < staged->constant_count; k++) row[staged->constants[k]] = width->constant[0];
}

/// Readies the memory for a block: what is the same for all channels is worked out and written. Returns how many are
/// staged together in `floats`.
static inline int32_t begin_planes(staged_planes *staged, const conv_problem *problem, const conv_task *block,
                                   int64_t floats) {
  const conv_axis *axis = problem->axis;
  int32_t outputs[3];
  for (int a = 0; a < 3; a++) outputs[a] = block->end[a] - block->first[a];
  const staged_axis width = phases_of(&axis[2], outputs[2]);
  const int32_t planes = (int32_t)slots_of(&axis[0], outputs[0]), rows = (int32_t)slots_of(&axis[1], outputs[1]);
  staged->pitch = (int32_t)row_floats(&axis[2], outputs[2]);
  staged->plane = rows * staged->pitch;
  staged->channel = planes * staged->plane;
  int32_t *plane = staged->sources, *row = plane + planes, *columns = row + rows;
  list_slots(&axis[0], block->first[0], outputs[0], plane);
  list_slots(&axis[1], block->first[1], outputs[1], row);
  list_sources(width, block->first[2], columns);
  list_row(staged, &width, columns);

  staged->row_count = 0;
  float *to = staged->samples;
  for (int32_t z = 0; z < planes; z++)
    for (int32_t i = 0; i < rows; i++, to += staged->pitch) {
      const bool inside = plane[z] >= 0 && row[i] >= 0;
      fill_row(staged, &axis[2], inside ? 0 : axis[row[i] == CONV_CONSTANT].constant[0], to);
      if (inside)
        staged->rows[staged->row_count++] = (row_copy){plane[z] * problem->x.axis[0] + row[i] * problem->x.axis[1],
                                                       (int32_t)(to - staged->samples)};
    }
  const int32_t channels = clamped(floats / staged->channel, 1, block->end_panel - block->first_panel);
  for (int32_t c = 1; c < channels; c++, to += staged->channel)
    memcpy(to, staged->samples, staged->channel * sizeof(float));
  // Vectors read beyond the last slot what they do not use; it must not be slow to compute with.
  memset(to, 0, LANES * sizeof(float));
  return channels;
}

/// Rows of less than a vector. Slots behind them keep what they hold in all rows.
INLINE void copy_narrow_rows(const int stride, const staged_planes *staged, span_copy span, const float *x,
                             float *channel) {
  const vmask taken = v_first(span.count);
  const vec others = v_load(channel + staged->rows[0].to + span.to);
  const ptrdiff_t end = staged->rows[staged->row_count - 1].from + (span.count - 1) * stride + 1;
  for (int32_t i = 0; i < staged->row_count; i++) {
    const row_copy row = staged->rows[i];
    // A whole vector goes on to the rows that follow.
    const bool whole = row.from + (LANES - 1) * stride < end;
    const vec samples = whole ? load_span(stride, x + row.from) : load_short_span(stride, x + row.from, span.count);
    v_store(channel + row.to + span.to, v_select(taken, samples, others));
  }
}

INLINE void copy_wide_rows(const int stride, const staged_planes *staged, span_copy span, const float *x,
                           float *channel) {
  for (int32_t i = 0; i < staged->row_count; i++)
    copy_span(stride, x + staged->rows[i].from, channel + staged->rows[i].to + span.to, span.count);
}

/// Copies a span of all rows, whose first sample in the input is at `x`.
INLINE void stage_span(const staged_planes *staged, int32_t stride, span_copy span, const float *x, float *channel) {
  if (stride == 1 && span.count < LANES)
    copy_narrow_rows(1, staged, span, x, channel);
  else if (stride == 1)
    copy_wide_rows(1, staged, span, x, channel);
  else if (stride == 2 && span.count < LANES)
    copy_narrow_rows(2, staged, span, x, channel);
  else if (stride == 2)
    copy_wide_rows(2, staged, span, x, channel);
  else
    for (int32_t i = 0; i < staged->row_count; i++)
      for (int32_t k = 0; k < span.count; k++)
        channel[staged->rows[i].to + span.to + k] = x[staged->rows[i].from + (ptrdiff_t)k * stride];
}

/// Stages the channel at `x` as the `index`-th.
static inline void stage_channel(const staged_planes *staged, int32_t stride, const float *x, int32_t index) {
  if (staged->row_count == 0) return;
  float *channel = staged->samples + (ptrdiff_t)index * staged->channel;
  for (int32_t s = 0; s < staged->span_count; s++)
    stage_span(staged, stride, staged->spans[s], x + staged->spans[s].from, channel);
  for (int32_t e = 0; e < staged->edge_count; e++) {
    const float *from = x + staged->edges[e].from;
    float *to = channel + staged->edges[e].to;
    for (int32_t i = 0; i < staged->row_count; i++) to[staged->rows[i].to] = from[staged->rows[i].from];
  }
}
