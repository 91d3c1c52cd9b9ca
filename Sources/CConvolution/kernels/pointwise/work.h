// The work of a task.
#pragma once

#include "run.h"

static conv_work work(const conv_problem *problem, const conv_task *task) {
  const pixel_runs runs = runs_of(problem, task);
  const block_size size = block_size_of(problem);
  const double count = (double)runs.planes * runs.rows, panels = task->end_panel - task->first_panel;
  const double groups = task_groups(task, group_panels(problem->output_channels)), group_panels = panels / groups;
  const int32_t task_channels =
      panel_channel(problem, task->end_panel) - panel_channel(problem, task->first_panel);
  const double channels = task_channels, inputs = problem->input_channels;
  const double visits = parts_of(problem->input_channels, size.channels);
  const int32_t unit = panels == groups ? tile_pixels(&runs, 1, task_channels / (int32_t)groups) : TILE_PIXELS;
  const double vectors = count * parts_of(runs.pixels, LANES), tiles = count * parts_of(runs.pixels, unit);
  const double blocks = count * parts_of(runs.pixels, size.pixels), pixels = sizeof(float) * task_outputs(task);

  conv_work work = {.count[CONV_TASKS] = 1};
  if (tiles == 0) return work;
  add_work(&work, CONV_MULTIPLY_ADDS, inputs * vectors * channels);
  // Between two visits, sums are stored and loaded.
  add_work(&work, CONV_LOADS, inputs * (vectors * panels + tiles * channels) + 2 * (visits - 1) * vectors * channels);
  add_work(&work, CONV_STEPS, inputs * tiles * panels);
  add_work(&work, CONV_TILES, visits * tiles * panels);
  if (packs_samples(problem, &runs, (int32_t)group_panels)) add_work(&work, CONV_COPIES, inputs * vectors * groups);
  add_work(&work, CONV_STORES, vectors * channels);

  const double block_inputs = inputs * pixels / blocks, weights = sizeof(float) * channels * inputs;
  add_tiled_traffic(&work, problem, task,
                    (tiled_bytes){
                        .inputs = groups * inputs * pixels,
                        .outputs = channels * pixels,
                        .weights = weights,
                        .tiles = blocks,
                        .tile_inputs = groups * block_inputs,
                        .passes = group_panels,
                        .blocks = visits,
                    },
                    packed_bytes(problem));
  const double block_sums = channels / groups * pixels / blocks;
  add_traffic(&work, problem, 2 * (visits - 1) * channels * pixels,
              block_sums + (block_inputs + weights / groups) / visits);
  return work;
}
