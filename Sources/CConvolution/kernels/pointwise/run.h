// The way through a task: group by group, block by block, of each visit by visit, panel by panel, tile by tile.
#pragma once

#include "block.h"

/// A run of pixels and the panels of one group.
typedef struct {
  const conv_problem *problem;
  const conv_operands *image;
  const block_memory *memory;
  pixel_runs runs;
  int32_t first_panel, end_panel;
  const float *x;         ///< its first pixel in the group's first input channel
  ptrdiff_t y;            ///< likewise in a channel of y
  int32_t columns, rows;  ///< of the task
} pixel_run;

/// Pixels of a run and input channels that are gone through together; samples are packed from the pixel `packed` on.
typedef struct {
  int32_t begin, packed, end;
  int32_t first, last;
} visit;

/// Packs `channels` input channels of a visit from `first` on, each row of pixels in pieces: whole tiles, or vectors
/// that do not cross a tile.
INLINE void pack_planes(const pixel_run *run, visit v, int32_t first, int32_t channels) {
  const conv_axis *axis = run->problem->axis;
  const ptrdiff_t *step = run->problem->x.axis, channel = run->problem->x.channel;
  const int32_t inputs = v.last - v.first, columns = run->runs.flat ? run->runs.pixels : run->columns;
  for (int32_t at = v.packed, count; at < v.end; at += count) {
    const int32_t column = at % columns, line = at / columns, lane = (at - v.packed) % TILE_PIXELS;
    const int32_t row = v.end - (at - lane) > LANES ? TILE_PIXELS : LANES;
    const float *x = run->x + first * channel + line / run->rows * axis[0].stride * step[0] +
                     line % run->rows * axis[1].stride * step[1] + column * axis[2].stride;
    float *packed =
        run->memory->samples + (ptrdiff_t)(at - v.packed - lane) * inputs + (ptrdiff_t)(first - v.first) * row + lane;
    count = least_of(v.end - at, columns - column);
    if (lane == 0 && count >= TILE_PIXELS && axis[2].stride == 1) {
      const int32_t whole = count / TILE_PIXELS;
      count = whole * TILE_PIXELS;
      for (int32_t c = 0; c < channels; c++, x += channel, packed += TILE_PIXELS)
        for (int32_t i = 0; i < whole; i++) {
          float *tile = packed + (ptrdiff_t)i * inputs * TILE_PIXELS;
          EACH(j, TILE_VECTORS) v_store(tile + j * LANES, v_load(x + i * TILE_PIXELS + j * LANES));
        }
      continue;
    }
    count = least_of(count, LANES - lane % LANES);
    const vmask mask = v_first(count);
    for (int32_t c = 0; c < channels; c++, x += channel, packed += row)
      v_store_masked(packed, mask,
                     axis[2].stride == 1 ? v_load_masked(x, mask) : v_load_alternate(x, (1u << count) - 1));
  }
}

/// Packs the samples of a visit; where they do not lie side by side, few planes at a time, which are read far along.
static void pack_samples(const pixel_run *run, visit v) {
  const int32_t together = run->runs.flat ? v.last - v.first : STREAMED_CHANNELS;
  for (int32_t c = v.first; c < v.last; c += together) pack_planes(run, v, c, least_of(together, v.last - c));
}

/// Fetches samples that a later visit goes through, of the input channels first..<last.
INLINE void fetch_samples(const pixel_run *run, visit later, int32_t first, int32_t last) {
  // The line that the first samples begin in was met with those before.
  const float *x = run->x + first * run->problem->x.channel + LINE_FLOATS - 1;
  for (int32_t c = first; c < last; c++, x += run->problem->x.channel)
    for (int32_t at = later.begin; at < later.end; at += LINE_FLOATS) __builtin_prefetch(x + at, 0, 2);
}

/// Computes a panel of `width` channels in a visit: tiles of `unit` pixels from x, then packed ones.
static void run_panel(const pixel_run *run, tile_row t, int32_t width, float *partial, ptrdiff_t y, visit v,
                      int32_t unit) {
  for (int32_t at = v.begin; at < v.end; at += t.pixels) {
    void (*run_tiles)(const tile_row *) = tiles[width - 1].whole;
    t.partial = partial + (ptrdiff_t)(at - v.begin) * width;
    t.y = run->image->y + y + at;
    t.residual = run->image->residual ? run->image->residual + y + at : NULL;
    if (at < v.packed) {
      t.pixels = v.packed - at;
      t.tiles = t.pixels / unit;
      t.samples = run->x + v.first * run->problem->x.channel + at;
      t.sample_channel = run->problem->x.channel;
      t.sample_tile = unit;
      if (unit > TILE_PIXELS) run_tiles = tiles[width - 1].wide;
    } else {
      // Whole tiles, then what is left.
      const int32_t left = v.end - at;
      t.tiles = left >= TILE_PIXELS ? left / TILE_PIXELS : 1;
      t.pixels = least_of(left, t.tiles * TILE_PIXELS);
      t.samples = run->memory->samples + (ptrdiff_t)(at - v.packed) * t.input_channels;
      t.sample_channel = left > LANES ? TILE_PIXELS : LANES;
      t.sample_tile = (ptrdiff_t)TILE_PIXELS * t.input_channels;
      if (left <= LANES) run_tiles = tiles[width - 1].half;
    }
    run_tiles(&t);
    if (t.last && is_more_than_clip(t.activation))
      for (int32_t m = 0; m < width; m++)
        activate(t.activation, (output_channels){t.channel + m, false}, t.y + m * t.y_channel, t.pixels);
  }
}

/// All panels in one visit. At the same time the samples of the next visit are fetched, a share with each panel.
static void run_visit(const pixel_run *run, visit v, visit next, int32_t unit) {
  const conv_problem *problem = run->problem;
  const int32_t inputs = problem->input_channels, first_channel = panel_channel(problem, run->first_panel);
  const int32_t share = parts_of(next.last - next.first, run->end_panel - run->first_panel);
  tile_row t = {
      .input_channels = v.last - v.first,
      .first = v.first == 0,
      .last = v.last == inputs,
      .y_channel = problem->y.channel,
      .activation = &problem->activation,
  };
  pack_samples(run, v);
  for (int32_t panel = run->first_panel, channel = first_channel, width; panel < run->end_panel;
       panel++, channel += width) {
    width = panel_channel(problem, panel + 1) - channel;
    fetch_samples(run, next, next.first, least_of(next.first + share, next.last));
    next.first = least_of(next.first + share, next.last);
    t.channel = channel;
    t.bias = run->image->bias + channel;
    t.weights = run->image->packed + (ptrdiff_t)channel * inputs + (ptrdiff_t)v.first * width;
    run_panel(run, t, width, run->memory->partial + (ptrdiff_t)(channel - first_channel) * run->memory->size.pixels,
              channel * problem->y.channel + run->y, v, unit);
  }
}

/// Runs the pixels begin..<end. With `fetch`, those from `end` on follow and are far away.
static void run_block(const pixel_run *run, int32_t begin, int32_t end, bool fetch) {
  const conv_problem *problem = run->problem;
  const int32_t inputs = problem->input_channels, channels = run->memory->size.channels;
  const int32_t panels = run->end_panel - run->first_panel;
  const int32_t unit = tile_pixels(&run->runs, panels, panel_channel(problem, run->end_panel) -
                                                           panel_channel(problem, run->first_panel));
  const int32_t packed = packs_samples(problem, &run->runs, panels) ? begin : end - (end - begin) % unit;
  for (int32_t c = 0; c < inputs; c += channels) {
    const int32_t last = least_of(c + channels, inputs);
    visit next = {begin, begin, end, last, least_of(last + channels, inputs)};
    if (last == inputs) next = (visit){end, end, least_of(2 * end - begin, run->runs.pixels), 0, channels};
    if (!fetch) next.end = next.begin;
    run_visit(run, (visit){begin, packed, end, c, last}, next, unit);
  }
}

static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  arena a = {.memory = workspace};
  const block_memory memory = take_block(&a, problem);
  const pixel_runs runs = runs_of(problem, task);
  const conv_axis *axis = problem->axis;
  const ptrdiff_t *x = problem->x.axis, *y = problem->y.axis;
  const bool fetch = fetches_samples(problem, &runs);
  const int32_t panels = group_panels(problem->output_channels);
  const int32_t row_tiles = parts_of(runs.pixels, TILE_PIXELS), blocks = parts_of(runs.pixels, memory.size.pixels);
  for (int32_t first = task->first_panel, end; first < task->end_panel; first = end) {
    const int32_t group = first / panels;
    end = least_of((group + 1) * panels, task->end_panel);
    for (int32_t d = task->first[0]; d < task->first[0] + runs.planes; d++)
      for (int32_t h = task->first[1]; h < task->first[1] + runs.rows; h++) {
        const pixel_run run = {
            .problem = problem,
            .image = image,
            .memory = &memory,
            .runs = runs,
            .first_panel = first,
            .end_panel = end,
            .x = image->x + (ptrdiff_t)group * problem->input_channels * problem->x.channel +
                 first_tap(&axis[0], d) * x[0] + first_tap(&axis[1], h) * x[1] + first_tap(&axis[2], task->first[2]),
            .y = d * y[0] + h * y[1] + task->first[2],
            .columns = task->end[2] - task->first[2],
            .rows = task->end[1] - task->first[1],
        };
        for (int32_t block = 0; block < blocks; block++)
          run_block(&run, part_begin(row_tiles, blocks, block) * TILE_PIXELS,
                    least_of(part_begin(row_tiles, blocks, block + 1) * TILE_PIXELS, runs.pixels), fetch);
      }
  }
}
