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
  float *sums;          ///< [output channel][strip]
  vector_place *places;
  staged_block block;
  size_t bytes;
} planar_memory;

/// Lays the workspace out; with NULL only sizes have a meaning.
INLINE planar_memory planar_memory_in(const conv_problem *problem, const planar_layout *layout, void *workspace) {
  int32_t groups = least_of(layout->groups, problem->groups);
  planar_memory m = {.size = block_size_of(problem, groups * problem->input_channels)};
  if (m.size.channels < groups * problem->input_channels) groups = 1;
  const int32_t outputs = groups * problem->output_channels;
  m.panels = groups * group_panels(problem->output_channels);
  m.vectors = strip_vectors(problem, outputs);
  arena arena = {.memory = workspace};
  m.sums = TAKE(&arena, float, ((size_t)outputs * m.vectors + 1) * LANES);
  const int64_t pitch = staged_axis_of(&problem->axis[2], m.size.columns).length;
  m.places = TAKE(&arena, vector_place, m.size.rows * pitch / LANES + 1);
  m.block = staged_block_in(problem, m.size, &arena);
  m.bytes = arena.used;
  return m;
}

/// Whether sums go straight to y: lanes do, in rows as long as a vector, and nothing but a clamp is left to do.
INLINE bool has_places(const conv_problem *problem, const planar_layout *layout, const planar_memory *memory,
                       int32_t pitch) {
  return layout->stores_lanes && memory->size.channels >= problem->input_channels &&
         problem->activation.kind == CONV_CLIP && pitch >= LANES;
}
