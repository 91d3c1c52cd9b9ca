import CConvolution

/// A planned chain on integers, computed element by element: shapes and indices are small.
struct IntegerChainStep<Element: NetworkElement & FixedWidthInteger>: Step {
  private let operation: Elementwise
  private let axes: CollapsedAxes
  let reusableInputs: [Int]

  init(_ operation: Elementwise, _ axes: CollapsedAxes, reusableInputs: [Int]) {
    self.operation = operation
    self.axes = axes
    self.reusableInputs = reusableInputs
  }

  /// All values of an element.
  var workspaceBytes: Int {
    (operation.inputCount + operation.instructions.count) * MemoryLayout<Int64>.stride
  }

  func run(_ operands: Operands) {
    let values = operands.workspace!.assumingMemoryBound(to: Int64.self)
    let output = operands.output(0)!.assumingMemoryBound(to: Element.self)
    for row in 0..<axes.rowCount {
      for index in 0..<axes.rowExtent {
        for input in 0..<operation.inputCount {
          let elements = operands.input(input)!.assumingMemoryBound(to: Element.self)
          values[input] = Int64(
            elements[axes.offset(of: input, row: row) + index * axes.step(of: input)])
        }
        output[row * axes.rowExtent + index] = result(values)
      }
    }
  }

  private func result(_ values: UnsafeMutablePointer<Int64>) -> Element {
    var next = operation.inputCount
    for instruction in operation.instructions {
      values[next] = Int64(Element(truncatingIfNeeded: instruction.ofIntegers(values)))
      next += 1
    }
    return Element(truncatingIfNeeded: values[next - 1])
  }
}

extension Elementwise.Instruction {
  private static let onIntegers: [conv_elementwise_op] = [
    CONV_ELEMENTWISE_ADD, CONV_ELEMENTWISE_SUB, CONV_ELEMENTWISE_MUL, CONV_ELEMENTWISE_DIV,
    CONV_ELEMENTWISE_POW, CONV_ELEMENTWISE_MIN, CONV_ELEMENTWISE_MAX, CONV_ELEMENTWISE_PRELU,
    CONV_ELEMENTWISE_NEG, CONV_ELEMENTWISE_ABS, CONV_ELEMENTWISE_SIGN, CONV_ELEMENTWISE_CLIP,
  ]

  /// Whether the operation is one that integers have too.
  var isOfIntegers: Bool { Self.onIntegers.contains(operation) }

  /// The result on integers. It wraps around; a quotient is rounded towards 0, and by 0 it is 0.
  func ofIntegers(_ values: UnsafeMutablePointer<Int64>) -> Int64 {
    let a = values[operands[0]]
    let b = operands.count > 1 ? values[operands[1]] : 0
    return switch operation {
    case CONV_ELEMENTWISE_ADD: a &+ b
    case CONV_ELEMENTWISE_SUB: a &- b
    case CONV_ELEMENTWISE_MUL: a &* b
    case CONV_ELEMENTWISE_DIV: b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
    case CONV_ELEMENTWISE_POW: a.raised(to: b)
    case CONV_ELEMENTWISE_MIN: min(a, b)
    case CONV_ELEMENTWISE_MAX: max(a, b)
    case CONV_ELEMENTWISE_PRELU: a >= 0 ? a : a &* b
    case CONV_ELEMENTWISE_NEG: 0 &- a
    case CONV_ELEMENTWISE_ABS: a < 0 ? 0 &- a : a
    case CONV_ELEMENTWISE_SIGN: a.signum()
    case CONV_ELEMENTWISE_CLIP: min(max(a, .converted(p)), .converted(q))
    default: preconditionFailure("an operation of floats on integers")
    }
  }
}

extension Int64 {
  /// The power, wrapping around; with a negative exponent, the quotient rounded towards 0.
  func raised(to exponent: Int64) -> Int64 {
    if exponent < 0 {
      return self == 1 ? 1 : self == -1 ? (exponent.isMultiple(of: 2) ? 1 : -1) : 0
    }
    var (power, square, rest): (Int64, Int64, Int64) = (1, self, exponent)
    while rest > 0 {
      if !rest.isMultiple(of: 2) { power = power &* square }
      square = square &* square
      rest /= 2
    }
    return power
  }
}
