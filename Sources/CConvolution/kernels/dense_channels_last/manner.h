// How a task is gone through: which panels are computed together, on tiles of how many pixels, how much of their weights
// at a time.
#pragma once

#include "outputs.h"
#include "tile_list.h"

/// Rows of weights below which pairs of panels are not worth the more calls.
enum { LEAST_PAIR_ROWS = 64 };

/// How a task is gone through.
typedef struct {
  int32_t vectors;   ///< of a panel or a pair of panels
  int32_t pixels;    ///< of their tiles
  int32_t together;  ///< such tiles of a table
  int32_t rows;      ///< of weights that are visited together
  bool apart;        ///< whether all panels are computed in such tiles, none by whole tables
  bool triples;      ///< whether panels have three vectors
} task_manner;

/// Rows of weights of so many vectors that fill an eighth of the second-level cache, which samples are in too.
INLINE int32_t visit_rows(const conv_problem *problem, int32_t vectors) {
  const int32_t rows = weight_rows(problem), row = vectors * LANES * (int32_t)sizeof(float);
  const int32_t visits = parts_of(rows, clamped(problem->caches.level[1] / 8 / row, UNROLLED_ROWS, rows));
  return parts_of(parts_of(rows, visits), UNROLLED_ROWS) * UNROLLED_ROWS;
}

INLINE task_manner manner_of(const conv_problem *problem, const conv_task *task) {
  const bool paired = PAIR_BROADCASTS > 0 || task_pixels(task) <= PAIR_PIXELS;
  const bool pairs = paired && task->end_panel - task->first_panel > 1 &&
                     problem->output_channels > PANEL + LANES && weight_rows(problem) >= LEAST_PAIR_ROWS;
  const int32_t pixels = pairs ? PAIR_PIXELS : TILE_BROADCASTS;
  const int32_t vectors = pairs ? MOST_VECTORS : TILE_VECTORS;
  // Pixels that meet in one set are in each other's way: 12 of them would not stay.
  const bool apart = problem->x.axis[2] * problem->axis[2].stride * (ptrdiff_t)sizeof(float) % CACHE_WAY == 0;
  const bool triples = last_panel_vectors(problem->output_channels) > TILE_VECTORS;
  return (task_manner){vectors, pixels, TABLE_PIXELS / pixels, visit_rows(problem, vectors), apart, triples};
}

/// Vectors of the panel, or of the two panels, that come next in a task, `panel` being the first.
INLINE int32_t next_vectors(const conv_problem *problem, const conv_task *task, task_manner manner, int32_t panel) {
  const int32_t outputs = problem->output_channels, of_group = panel % group_panels(outputs);
  const bool pair = manner.vectors > WIDEST_PANEL && panel + 1 < task->end_panel &&
                    of_group + 1 < group_panels(outputs) && panel_vectors(outputs, of_group + 1) == TILE_VECTORS;
  return pair ? manner.vectors : panel_vectors(outputs, of_group);
}

/// How many panels so many vectors are.
INLINE int32_t panels_of(int32_t vectors) { return vectors > WIDEST_PANEL ? 2 : 1; }

/// Pixels of the tiles of so many vectors at most.
INLINE int32_t tile_pixels(task_manner manner, int32_t vectors) {
  if (vectors > TILE_VECTORS && vectors <= WIDEST_PANEL) return TRIPLE_BROADCASTS;
  return vectors == manner.vectors || manner.apart ? manner.pixels : TABLE_PIXELS;
}

/// A panel of so many vectors, or two, of a task that begins with `first_panel`.
INLINE panel_run panel_run_of(const conv_problem *problem, const conv_operands *image, int32_t first_panel,
                              int32_t panel, int32_t vectors) {
  const int32_t panels = group_panels(problem->output_channels);
  const int32_t group = panel / panels, first_channel = panel % panels * PANEL, rows = weight_rows(problem);
  const ptrdiff_t channel = (ptrdiff_t)group * problem->output_channels + first_channel;
  return (panel_run){
      .weights = image->packed + group * group_weights(problem) + (ptrdiff_t)rows * first_channel,
      .next_panel = (ptrdiff_t)rows * PANEL,
      .channel = (int32_t)channel,
      .channels = least_of(problem->output_channels - first_channel, vectors * LANES),
      .bias = image->bias + channel,
      .residual = image->residual ? image->residual + channel : NULL,
      .y = image->y + channel,
      .activation = &problem->activation,
      .cold = panel == first_panel,
      .far = problem->y.axis[2] * (ptrdiff_t)sizeof(float) > 2048,
  };
}

/// The first input channel of a panel's group.
INLINE ptrdiff_t panel_input(const conv_problem *problem, int32_t panel) {
  return (ptrdiff_t)(panel / group_panels(problem->output_channels)) * problem->input_channels;
}
