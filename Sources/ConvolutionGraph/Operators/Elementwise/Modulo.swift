import Foundation

/// `Mod`: the remainder, with the divisor's sign, or with `fmod` the dividend's.
struct Modulo: Operator {
  let truncates: Bool
  let description = "Mod"

  init(_ reader: inout NodeReader) { truncates = reader.bool("fmod") }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let (a, b) = (try arguments.type(0, "a"), try arguments.type(1, "b"))
    guard a.element == b.element, a.element != .bool else {
      throw NetworkError(
        .shapeMismatch, argument: "b", received: "\(a.element) and \(b.element)",
        expected: "numbers of one type")
    }
    return [TensorType(a.element, try Broadcast(arguments, count: 2).shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let axes = try Broadcast(arguments, count: 2).axes
    return switch outputs[0].element {
    case .float32:
      PairStep<Float, Float, Float>(axes) { [truncates] a, b in
        let rest = fmodf(a, b)
        if truncates { return rest }
        // A zero too has the divisor's sign, as in Python.
        return rest == 0 ? copysignf(0, b) : (rest < 0) != (b < 0) ? rest + b : rest
      }
    case .int64: integers(axes, Int64.self)
    case .int32: integers(axes, Int32.self)
    case .uint8, .bool: integers(axes, UInt8.self)
    }
  }

  /// By 0 it is 0.
  private func integers<Element: NetworkElement & FixedWidthInteger>(
    _ axes: CollapsedAxes, _ element: Element.Type
  ) -> any Step {
    PairStep<Element, Element, Element>(axes) { [truncates] a, b in
      guard b != 0 else { return 0 }
      let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
      return !truncates && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    Broadcast.permuted(by: permutation, arguments).map { Permuted(operation: self, inputs: $0) }
  }
}
