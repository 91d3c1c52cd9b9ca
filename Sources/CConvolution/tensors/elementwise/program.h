// A chain with a place for every value: in its input, in the output, or in a slot of the scratch.
#pragma once

#include "../../shared/sizes.h"
#include "operations.h"
#include "shape.h"

enum {
  MOST_VALUES = CONV_MOST_INPUTS + CONV_MOST_INSTRUCTIONS,
  /// Elements of a block at most, and of all slots together where that is enough for the least.
  MOST_BLOCK = 1024,
  LEAST_BLOCK = 128,
  SLOT_ELEMENTS = 4096,
  SCRATCH_ELEMENTS = LEAST_BLOCK * MOST_VALUES,
};

typedef struct {
  chain_shape shape;
  chain_blocks blocks;
  int32_t slots, slot_elements;
  int32_t slot[MOST_VALUES];  ///< of each value; -1: it has none
} chain_program;

/// The last instruction that reads each value, or -1.
INLINE void find_last_uses(const conv_elementwise *chain, int32_t last_use[MOST_VALUES]) {
  for (int v = 0; v < MOST_VALUES; v++) last_use[v] = -1;
  for (int i = 0; i < chain->instructions; i++) {
    const conv_instruction *instruction = &chain->instruction[i];
    const int32_t operands[] = {instruction->a, instruction->b, instruction->c};
    for (int o = 0; o < operand_counts[instruction->op]; o++) last_use[operands[o]] = i;
  }
}

/// Slots for what instructions give but the last one: a value takes over the slot of one that is read no more.
INLINE void place_results(const conv_elementwise *chain, chain_program *program) {
  int32_t last_use[MOST_VALUES], holder[MOST_VALUES];
  find_last_uses(chain, last_use);
  program->slots = 0;
  for (int i = 0; i < chain->instructions - 1; i++) {
    const int value = chain->inputs + i;
    int slot = 0;
    while (slot < program->slots && last_use[holder[slot]] > i) slot++;
    if (slot == program->slots) program->slots++;
    holder[slot] = value;
    program->slot[value] = slot;
  }
}

INLINE chain_program program_of(const conv_elementwise *chain) {
  chain_program program = {.shape = shape_of(chain)};
  for (int v = 0; v < MOST_VALUES; v++) program.slot[v] = -1;
  place_results(chain, &program);
  // Every input may need one; whether it does depends on the size of a block.
  const int32_t elements = SLOT_ELEMENTS / (program.slots + chain->inputs + 1);
  program.slot_elements = elements > MOST_BLOCK    ? MOST_BLOCK
                          : elements > LEAST_BLOCK ? elements / LINE_FLOATS * LINE_FLOATS
                                                   : LEAST_BLOCK;
  program.blocks = blocks_of(&program.shape, program.slot_elements);
  for (int i = 0; i < chain->inputs; i++)
    if (!is_dense(&program.shape, &program.blocks, i)) program.slot[i] = program.slots++;
  return program;
}
