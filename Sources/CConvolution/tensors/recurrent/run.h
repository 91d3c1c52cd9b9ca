// Runs a recurrent layer step by step: the state's products with all gates, shared by threads, then the gates.
#pragma once

#include <string.h>

#include "../../shared/arena.h"
#include "../cut.h"
#include "../products/few_rows.h"
#include "cells.h"

enum {
  /// Rows of `recurrent` that a task goes along.
  GATE_ROWS = 64,
};

typedef struct {
  const conv_recurrent *layer;
  int64_t gates;
  const float *projected, *recurrent, *hidden_bias, *peepholes;
  float *state, *cell, *y;
  float *sums, *reset;     ///< batch x gates hidden; batch x hidden
  int32_t threads;
  // Of the products at hand: of which states, with which rows.
  const float *factor;
  int64_t first_row, end_row;
} recurrent_run;

static void multiply_gate_rows(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const recurrent_run *run = context;
  const int64_t hidden = run->layer->hidden, row = run->first_row + task * GATE_ROWS;
  multiply_all_along(&(products_block){
      .a = {run->factor, hidden, 1}, .b = {run->recurrent + row * hidden, 1, hidden}, .y = run->sums + row,
      .y_row = run->gates * hidden, .k = hidden, .rows = (int32_t)run->layer->batch,
      .columns = clamped(run->end_row - row, 0, GATE_ROWS)});
}

/// Products of every sequence's factor with the rows of some gates.
INLINE void multiply_gates(recurrent_run *run, const float *factor, int64_t first_gate, int64_t end_gate) {
  const int64_t hidden = run->layer->hidden, rows = (end_gate - first_gate) * hidden;
  run->factor = factor;
  run->first_row = first_gate * hidden;
  run->end_row = end_gate * hidden;
  team_run(threads_for(rows * hidden * run->layer->batch / TOGETHER, run->threads),
           (rows + GATE_ROWS - 1) / GATE_ROWS, multiply_gate_rows, run);
}

INLINE int64_t length_of(const conv_recurrent *layer, int64_t sequence) {
  return layer->lengths ? layer->lengths[sequence] : layer->steps;
}

/// Where in its sequence a step is; -1: the sequence is over.
INLINE int64_t position_of(const conv_recurrent *layer, int64_t sequence, int64_t step) {
  const int64_t length = length_of(layer, sequence);
  return step >= length ? -1 : layer->reversed ? length - 1 - step : step;
}

INLINE recurrent_cell cell_of(const recurrent_run *run, int64_t sequence, int64_t position) {
  const int64_t hidden = run->layer->hidden, gates = run->gates * hidden;
  return (recurrent_cell){
      .projected = run->projected + (position * run->layer->batch + sequence) * gates,
      .sums = run->sums + sequence * gates, .hidden_bias = run->hidden_bias, .peepholes = run->peepholes,
      .state = run->state + sequence * hidden, .cell = run->cell ? run->cell + sequence * hidden : NULL};
}

INLINE float *output_of(const recurrent_run *run, int64_t sequence, int64_t position) {
  return run->y + position * run->layer->output_step + sequence * run->layer->output_batch;
}

INLINE void multiply_step(recurrent_run *run, int64_t step) {
  const conv_recurrent *layer = run->layer;
  if (layer->kind != CONV_RECURRENT_GRU) {
    multiply_gates(run, run->state, 0, run->gates);
    return;
  }
  multiply_gates(run, run->state, GRU_UPDATE, GRU_HIDDEN);
  for (int64_t sequence = 0; sequence < layer->batch; sequence++) {
    const int64_t position = position_of(layer, sequence, step);
    float *const reset = run->reset + sequence * layer->hidden;
    if (position < 0) {
      memset(reset, 0, layer->hidden * sizeof(float));
      continue;
    }
    const recurrent_cell cell = cell_of(run, sequence, position);
    reset_state(&cell, layer->hidden, reset);
  }
  multiply_gates(run, run->reset, GRU_HIDDEN, run->gates);
}

INLINE void run_step(recurrent_run *run, int64_t step) {
  const conv_recurrent *layer = run->layer;
  multiply_step(run, step);
  for (int64_t sequence = 0; sequence < layer->batch; sequence++) {
    const int64_t position = position_of(layer, sequence, step);
    if (position < 0) continue;
    const recurrent_cell cell = cell_of(run, sequence, position);
    if (layer->kind == CONV_RECURRENT_LSTM)
      step_lstm(&cell, layer->hidden);
    else
      step_gru(&cell, layer->kind == CONV_RECURRENT_GRU_RESET_AFTER, layer->hidden);
    if (run->y) memcpy(output_of(run, sequence, position), cell.state, layer->hidden * sizeof(float));
  }
}

static void run_recurrent(const conv_recurrent *layer, const float *projected, const float *recurrent,
                          const float *hidden_bias, const float *peepholes, float *state, float *cell, float *y,
                          int32_t threads, conv_workspace workspace) {
  const int64_t gates = layer->kind == CONV_RECURRENT_LSTM ? 4 : 3, states = layer->batch * layer->hidden;
  arena arena = {.memory = workspace.memory};
  recurrent_run run = {.layer = layer, .gates = gates, .projected = projected, .recurrent = recurrent,
                       .hidden_bias = hidden_bias, .peepholes = peepholes, .state = state, .cell = cell, .y = y,
                       .sums = TAKE(&arena, float, gates * states), .reset = TAKE(&arena, float, states),
                       .threads = threads};
  for (int64_t step = 0; step < layer->steps; step++) run_step(&run, step);
  if (!y) return;
  for (int64_t sequence = 0; sequence < layer->batch; sequence++)
    for (int64_t position = length_of(layer, sequence); position < layer->steps; position++)
      memset(output_of(&run, sequence, position), 0, layer->hidden * sizeof(float));
}
