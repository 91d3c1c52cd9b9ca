import CConvolution

extension Elementwise {
  /// The instruction that computes a value; nil for an input.
  func instruction(_ value: Int) -> Instruction? {
    value >= inputCount ? instructions[value - inputCount] : nil
  }

  /// The number of the last value, the output.
  var result: Int { inputCount + instructions.count - 1 }

  /// How many operands of instructions a value is.
  func uses(of value: Int) -> Int {
    instructions.reduce(0) { $0 + $1.operands.count { $0 == value } }
  }

  /// The operands and settings of a value's instruction, where it is of a kind.
  func match(_ value: Int, _ operation: conv_elementwise_op) -> Instruction? {
    instruction(value).flatMap { $0.operation == operation ? $0 : nil }
  }

  /// Lets everything that uses a value use another one, and forgets what nobody uses then.
  ///
  /// - Parameters:
  ///   - value: the number of an instruction's value.
  ///   - other: a number below it; that of an instruction where `value` is the output.
  mutating func replace(_ value: Int, by other: Int) {
    if value == result { instructions.removeLast(result - other) }
    renumber { $0 == value ? other : $0 }
    removeUnused()
  }

  /// Forgets instructions whose values nobody uses.
  mutating func removeUnused() {
    for value in (inputCount..<max(result, inputCount)).reversed() where uses(of: value) == 0 {
      instructions.remove(at: value - inputCount)
      renumber { $0 > value ? $0 - 1 : $0 }
    }
  }

  /// Forgets an input that nobody uses, and gives the others its number.
  mutating func removeInput(_ input: Int) {
    inputCount -= 1
    renumber { $0 > input ? $0 - 1 : $0 }
  }

  /// Lets an input be the same as an earlier one.
  mutating func mergeInput(_ input: Int, into other: Int) {
    renumber { $0 == input ? other : $0 }
    removeInput(input)
  }

  mutating func renumber(_ number: (Int) -> Int) {
    for index in instructions.indices {
      instructions[index].operands = instructions[index].operands.map(number)
    }
  }

  /// The chain after another one that computes its input `input`. The first chain's inputs come in that input's place.
  func after(_ first: Elementwise, input: Int) -> Elementwise {
    var chain = self
    let added = first.inputCount - 1
    let computed = first.instructions.count
    chain.inputCount += added
    // Inputs, then the first chain's values, then ours.
    let begin = chain.inputCount
    chain.renumber { number in
      if number == input { return begin + computed - 1 }
      if number >= inputCount { return number + added + computed }
      return number > input ? number + added : number
    }
    var before = first
    before.renumber { $0 < first.inputCount ? $0 + input : $0 - first.inputCount + begin }
    chain.instructions = before.instructions + chain.instructions
    chain.name = first.name + " " + name
    return chain
  }
}
