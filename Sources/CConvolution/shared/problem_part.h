// A part of a task, as a problem of its own.
#pragma once

#include "convolution.h"

typedef struct {
  conv_problem problem;
  conv_operands image;
  conv_task task;
} problem_part;
