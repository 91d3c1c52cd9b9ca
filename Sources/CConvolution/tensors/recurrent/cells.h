// One step of one sequence: gates and states, value by value along the hidden ones.
#pragma once

#include "../../shared/sizes.h"
#include "../functions.h"
#include "tensors.h"

/// Of one sequence. Gates are `hidden` values each, one behind the other.
typedef struct {
  const float *projected, *sums;     ///< the input's part of the gates, and the state's
  const float *hidden_bias, *peepholes;
  float *state, *cell;
} recurrent_cell;

/// The lanes of a vector of hidden values.
typedef struct {
  int64_t at, hidden;
  vmask taken;
} hidden_lanes;

INLINE hidden_lanes lanes_at(int64_t at, int64_t hidden) {
  return (hidden_lanes){at, hidden, v_first(clamped(hidden - at, 0, LANES))};
}

INLINE vec load_gate(const float *gates, int gate, hidden_lanes lanes) {
  return v_load_masked(gates + gate * lanes.hidden + lanes.at, lanes.taken);
}

/// A gate before its activation.
INLINE vec gate_sum(const recurrent_cell *cell, int gate, hidden_lanes lanes) {
  return v_add(load_gate(cell->projected, gate, lanes), load_gate(cell->sums, gate, lanes));
}

INLINE vec with_peephole(const recurrent_cell *cell, int gate, hidden_lanes lanes, vec state, vec sum) {
  return cell->peepholes ? v_fma(load_gate(cell->peepholes, gate, lanes), state, sum) : sum;
}

static void step_lstm(const recurrent_cell *cell, int64_t hidden) {
  enum { INPUT, OUTPUT, FORGET, CELL };
  for (int64_t i = 0; i < hidden; i += LANES) {
    const hidden_lanes lanes = lanes_at(i, hidden);
    const vec before = v_load_masked(cell->cell + i, lanes.taken);
    const vec input = v_sigmoid(with_peephole(cell, INPUT, lanes, before, gate_sum(cell, INPUT, lanes)));
    const vec forget = v_sigmoid(with_peephole(cell, FORGET, lanes, before, gate_sum(cell, FORGET, lanes)));
    const vec after = v_fma(forget, before, v_mul(input, v_tanh(gate_sum(cell, CELL, lanes))));
    const vec output = v_sigmoid(with_peephole(cell, OUTPUT, lanes, after, gate_sum(cell, OUTPUT, lanes)));
    v_store_masked(cell->cell + i, lanes.taken, after);
    v_store_masked(cell->state + i, lanes.taken, v_mul(output, v_tanh(after)));
  }
}

enum { GRU_UPDATE, GRU_RESET, GRU_HIDDEN };

/// The state that the hidden gate's product is taken of.
static void reset_state(const recurrent_cell *cell, int64_t hidden, float *reset) {
  for (int64_t i = 0; i < hidden; i += LANES) {
    const hidden_lanes lanes = lanes_at(i, hidden);
    const vec factor = v_sigmoid(gate_sum(cell, GRU_RESET, lanes));
    v_store_masked(reset + i, lanes.taken, v_mul(factor, v_load_masked(cell->state + i, lanes.taken)));
  }
}

static void step_gru(const recurrent_cell *cell, bool resets_after, int64_t hidden) {
  for (int64_t i = 0; i < hidden; i += LANES) {
    const hidden_lanes lanes = lanes_at(i, hidden);
    vec product = load_gate(cell->sums, GRU_HIDDEN, lanes);
    if (resets_after)
      product = v_mul(v_sigmoid(gate_sum(cell, GRU_RESET, lanes)),
                      v_add(product, v_load_masked(cell->hidden_bias + i, lanes.taken)));
    const vec candidate = v_tanh(v_add(load_gate(cell->projected, GRU_HIDDEN, lanes), product));
    const vec update = v_sigmoid(gate_sum(cell, GRU_UPDATE, lanes));
    const vec before = v_load_masked(cell->state + i, lanes.taken);
    // (1 - z) candidate + z before
    v_store_masked(cell->state + i, lanes.taken, v_fma(update, v_sub(before, candidate), candidate));
  }
}
