/// Pairs of elements that come to a truth value.
struct Comparison: Operator {
  enum Kind: String {
    case equal = "Equal"
    case greater = "Greater"
    case greaterOrEqual = "GreaterOrEqual"
    case less = "Less"
    case lessOrEqual = "LessOrEqual"
    /// Of truth values alone.
    case and = "And"
    case or = "Or"
    case xor = "Xor"

    var isOfBools: Bool { self == .and || self == .or || self == .xor }
  }

  let kind: Kind
  /// As ``Elementwise/secondInputAxis``.
  var secondInputAxis: Int?

  init(_ reader: inout NodeReader, _ kind: Kind) {
    self.kind = kind
    secondInputAxis = reader.secondInputAxis()
  }

  var description: String { kind.rawValue }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let (a, b) = (try arguments.type(0, "a").element, try arguments.type(1, "b").element)
    guard a == b, a == .bool || !kind.isOfBools else {
      throw NetworkError(
        .shapeMismatch, argument: "inputs", received: "\(a) and \(b)",
        expected: kind.isOfBools ? "bool" : "inputs of one type")
    }
    return [TensorType(.bool, try broadcast(arguments).shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    step(try broadcast(arguments).axes, try arguments.type(0, "a").element.type)
  }

  private func step<Element: NetworkElement>(
    _ axes: CollapsedAxes, _ element: Element.Type
  ) -> any Step {
    func step(_ holds: @escaping @Sendable (Element, Element) -> Bool) -> any Step {
      PairStep<Element, Element, UInt8>(axes) { holds($0, $1) ? 1 : 0 }
    }
    return switch kind {
    case .equal: step { $0 == $1 }
    case .greater: step { $0 > $1 }
    case .greaterOrEqual: step { $0 >= $1 }
    case .less: step { $0 < $1 }
    case .lessOrEqual: step { $0 <= $1 }
    case .and: step { $0 != 0 && $1 != 0 }
    case .or: step { $0 != 0 || $1 != 0 }
    case .xor: step { ($0 != 0) != ($1 != 0) }
    }
  }

  private func broadcast(_ arguments: Arguments) throws(NetworkError) -> Broadcast {
    try Broadcast(arguments, count: 2, secondInputAxis: secondInputAxis)
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard let inputs = Broadcast.permuted(by: permutation, arguments) else { return nil }
    var operation = self
    operation.secondInputAxis = nil
    return Permuted(operation: operation, inputs: inputs)
  }
}
