// How an axis of a block is staged: the samples that a tap meets at outputs side by side lie side by side.
#pragma once

#include "problem.h"
#include "sizes.h"

/// Output r meets tap k in slot r + shift(k) of part(k). A part is a phase of the stride, which the taps of that phase
/// share, or a tap's own, where that takes less room.
typedef struct {
  const conv_axis *axis;
  int32_t outputs, parts, length;  ///< length: slots of a part
  bool by_tap;
} staged_axis;

/// Slots that a phase has beyond one for each output.
INLINE int64_t shared_slots(const conv_axis *axis) {
  return (int64_t)(axis->kernel - 1) * axis->dilation / axis->stride;
}

INLINE staged_axis staged_axis_of(const conv_axis *axis, int32_t outputs) {
  const int64_t length = outputs + shared_slots(axis);
  if ((int64_t)axis->kernel * outputs <= length * axis->stride)
    return (staged_axis){axis, outputs, axis->kernel, outputs, true};
  return (staged_axis){axis, outputs, axis->stride, (int32_t)length, false};
}

INLINE int64_t slot_count(const staged_axis *staged) { return (int64_t)staged->parts * staged->length; }

/// The most outputs whose slots are no more than `slots`.
INLINE int64_t outputs_in_slots(const conv_axis *axis, int64_t slots) {
  const int64_t by_tap = slots / axis->kernel, by_phase = slots / axis->stride - shared_slots(axis);
  return by_tap > by_phase ? by_tap : by_phase;
}

INLINE int32_t part_of_tap(const staged_axis *staged, int32_t tap) {
  return staged->by_tap ? tap : (int32_t)((int64_t)tap * staged->axis->dilation % staged->axis->stride);
}

INLINE int32_t shift_of_tap(const staged_axis *staged, int32_t tap) {
  return staged->by_tap ? 0 : (int32_t)((int64_t)tap * staged->axis->dilation / staged->axis->stride);
}

/// Writes the input index of every slot, CONV_CONSTANT or UNREAD, for outputs from `first` on.
static inline void list_sources(const staged_axis staged, int32_t first, int32_t *source) {
  const conv_axis axis = *staged.axis;
  for (int64_t i = 0; i < slot_count(&staged); i++) source[i] = UNREAD;
  for (int32_t k = 0; k < axis.kernel; k++) {
    int32_t *slots = source + (int64_t)part_of_tap(&staged, k) * staged.length + shift_of_tap(&staged, k);
    for (int32_t r = 0; r < staged.outputs; r++) slots[r] = tap_index(taps_of(&axis, first + r), k);
  }
}

/// Slots side by side.
typedef struct {
  int32_t begin, end;
} slot_span;

/// The longest span whose sources lie a stride apart: all of a part but what is near the border.
INLINE slot_span even_span(const int32_t *source, int32_t count, int32_t stride) {
  slot_span best = {0, 0};
  for (int32_t i = 0; i < count;) {
    const int32_t begin = i++;
    if (source[begin] < 0) continue;
    while (i < count && source[i] == source[i - 1] + stride) i++;
    if (i - begin > best.end - best.begin) best = (slot_span){begin, i};
  }
  return best;
}
