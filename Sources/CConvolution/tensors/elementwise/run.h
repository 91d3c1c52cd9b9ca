// Runs a chain block by block: every instruction is a loop over values that are in the first-level cache.
#pragma once

#include "../cut.h"
#include "program.h"

typedef struct {
  const conv_elementwise *chain;
  chain_program program;
  cut cut;
  const float *const *inputs;
  float *output;
} chain_run;

/// A task's values: where each lies now, and what was expanded into an input's slot last.
typedef struct {
  const float *value[MOST_VALUES], *expanded[CONV_MOST_INPUTS];
  _Alignas(CACHE_LINE) float scratch[SCRATCH_ELEMENTS];
} chain_values;

/// Where a block begins in an input, and how many indices of the blocks' axis it has.
INLINE int64_t begin_of_block(const chain_run *run, int input, int64_t block) {
  const chain_shape *shape = &run->program.shape;
  const chain_blocks *blocks = &run->program.blocks;
  int64_t offset = block % blocks->parts * blocks->most * shape->stride[input][blocks->axis];
  block /= blocks->parts;
  for (int axis = blocks->axis - 1; axis >= 0; axis--) {
    offset += block % shape->extent[axis] * shape->stride[input][axis];
    block /= shape->extent[axis];
  }
  return offset;
}

/// What repeats along the blocks' axis is expanded for the largest block, and again only where it begins elsewhere.
INLINE void bring_input(const chain_run *run, chain_values *values, int input, int64_t block, int64_t count) {
  const chain_program *program = &run->program;
  const float *from = run->inputs[input] + begin_of_block(run, input, block);
  if (program->slot[input] < 0) {
    values->value[input] = from;
    return;
  }
  const int axis = program->blocks.axis;
  const bool repeats = program->shape.stride[input][axis] == 0;
  if (repeats && values->expanded[input] == from) return;
  float *const slot = values->scratch + program->slot[input] * program->slot_elements;
  expand(&program->shape, input, axis, repeats ? program->blocks.most : count, from, slot);
  values->value[input] = slot;
  values->expanded[input] = from;
}

INLINE void run_block(const chain_run *run, chain_values *values, int64_t block) {
  const conv_elementwise *chain = run->chain;
  const chain_program *program = &run->program;
  const chain_blocks *blocks = &program->blocks;
  const int64_t extent = program->shape.extent[blocks->axis], part = block % blocks->parts * blocks->most;
  const int64_t count = extent - part < blocks->most ? extent - part : blocks->most;
  for (int i = 0; i < chain->inputs; i++) bring_input(run, values, i, block, count);
  float *const output = run->output + (block / blocks->parts * extent + part) * blocks->inner;
  for (int i = 0; i < chain->instructions; i++) {
    const conv_instruction *instruction = &chain->instruction[i];
    const int value = chain->inputs + i, operands = operand_counts[instruction->op];
    const float *const a = values->value[instruction->a];
    float *const y = i == chain->instructions - 1
                         ? output
                         : values->scratch + program->slot[value] * program->slot_elements;
    operation_functions[instruction->op](
        &(operation_operands){
            .a = a, .b = operands > 1 ? values->value[instruction->b] : a,
            .c = operands > 2 ? values->value[instruction->c] : a, .p = instruction->p, .q = instruction->q},
        y, (int32_t)(count * blocks->inner));
    values->value[value] = y;
  }
}

static void run_blocks(void *context, int64_t task, int32_t worker) {
  (void)worker;
  const chain_run *run = context;
  chain_values values;
  memset(values.expanded, 0, sizeof values.expanded);
  const span blocks = units_of(&run->cut, task);
  for (int64_t block = blocks.first; block < blocks.end; block++) run_block(run, &values, block);
}

static void run_elementwise(const conv_elementwise *chain, const float *const *inputs, float *output,
                            int32_t threads) {
  if (elements_of(chain->extent, chain->axes) == 0) return;
  chain_run run = {.chain = chain, .program = program_of(chain), .inputs = inputs, .output = output};
  const chain_blocks *blocks = &run.program.blocks;
  const int64_t elements = blocks->most * blocks->inner;
  run.cut = cut_units(blocks->blocks, elements);
  run_units(&run.cut, elements, threads, run_blocks, &run);
}
