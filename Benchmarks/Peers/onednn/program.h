// Primitives in a row, on tensors in any layouts.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <dnnl.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

using dnnl::memory;

/// What a primitive reads or writes: a tensor, in the layout that it wants.
struct operand {
  int argument;
  memory tensor;
  memory::desc wanted;
};

class program {
 public:
  explicit program(const dnnl::engine &engine) : engine(engine) {}

  /// Adds a primitive, and the reorders that it needs before and after it.
  void add(
      const dnnl::primitive &primitive, const std::vector<operand> &reads, const std::vector<operand> &writes) {
    std::unordered_map<int, memory> arguments;
    for (const auto &read : reads) arguments[read.argument] = copy(read.tensor, read.wanted);
    for (const auto &write : writes) arguments[write.argument] = room(write.tensor, write.wanted);
    steps.push_back({primitive, arguments});
    for (const auto &write : writes) reorder(arguments[write.argument], write.tensor);
  }

  void run(dnnl::stream &stream) const {
    for (const auto &[primitive, arguments] : steps) primitive.execute(stream, arguments);
    stream.wait();
  }

  /// The best of some runs, of a slow one of two.
  double time(dnnl::stream &stream) const {
    double best = INFINITY, total = 0;
    for (int i = 0; i < 2 || (i < 5 && total < 0.05); i++) {
      const auto start = std::chrono::steady_clock::now();
      run(stream);
      const double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      best = std::min(best, taken);
      total += taken;
    }
    return best;
  }

 private:
  dnnl::engine engine;
  std::vector<std::pair<dnnl::primitive, std::unordered_map<int, memory>>> steps;
  /// Tensors, and what they were reordered to.
  std::vector<std::pair<memory, memory>> copies;

  memory room(const memory &tensor, const memory::desc &wanted) {
    return tensor.get_desc() == wanted ? tensor : memory(wanted, engine);
  }

  /// A tensor in another layout: reordered once, however many primitives read it.
  memory copy(const memory &tensor, const memory::desc &wanted) {
    for (const auto &[source, copy] : copies)
      if (source == tensor && copy.get_desc() == wanted) return copy;
    const memory copy = room(tensor, wanted);
    reorder(tensor, copy);
    copies.push_back({tensor, copy});
    return copy;
  }

  void reorder(const memory &from, const memory &to) {
    if (from == to) return;
    steps.push_back({dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}});
  }
};
