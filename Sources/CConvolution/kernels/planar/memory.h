// What is in the workspace.
#pragma once

#define PANEL_CHANNELS TILE_BROADCASTS
#include "../../shared/broadcast_weights.h"
#include "pixels.h"
#include "planes.h"
#include "strip.h"

INLINE planar_layout layout_of(const conv_problem *problem) {
  return problem->layout == CONV_CHANNELS_FIRST ? planes : pixels_of(problem);
}

typedef struct {
  block_size size;
  int32_t panels;       ///< whose groups are staged together
  int32_t vectors;      ///< of a strip
  bool panel_by_panel;  ///< sums are finished and make room for the next panel's
  float *sums;          ///< [output channel][strip]
  staged_block block;
  size_t bytes;
} planar_memory;

/// Lays the workspace out; with NULL only sizes have a meaning.
INLINE planar_memory planar_memory_in(const conv_problem *problem, const planar_layout *layout, void *workspace) {
  int32_t groups = least_of(layout->groups, problem->groups);
  planar_memory m = {.size = block_size_of(problem, groups * problem->input_channels)};
  if (m.size.channels < groups * problem->input_channels) groups = 1;
  // Where channels are split, sums of all panels wait for the last of them.
  m.panel_by_panel = layout->finishes_panels && m.size.channels >= problem->input_channels;
  const int32_t outputs = m.panel_by_panel ? TILE_BROADCASTS : groups * problem->output_channels;
  m.panels = groups * group_panels(problem->output_channels);
  m.vectors = strip_vectors(problem, outputs);
  arena arena = {.memory = workspace};
  m.sums = TAKE(&arena, float, ((size_t)outputs * m.vectors + 1) * LANES);
  m.block = staged_block_in(problem, m.size, &arena);
  m.bytes = arena.used;
  return m;
}
