import CConvolution
import Foundation

/// `Pow`: base and exponent may be of different types, the result is of the base's.
struct Power: Operator {
  /// For a base and exponent of one type.
  let ofOneType: Elementwise

  var description: String { ofOneType.description }

  private func areOfOneType(_ arguments: Arguments) -> Bool {
    arguments[0]?.type.element == arguments[1]?.type.element
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    if areOfOneType(arguments) { return try ofOneType.outputTypes(for: arguments) }
    let (base, exponent) = (try arguments.type(0, "base"), try arguments.type(1, "exponent"))
    guard base.element != .bool, exponent.element != .bool else {
      throw NetworkError(
        .shapeMismatch, argument: "base", received: "\(base), exponent \(exponent)",
        expected: "numbers")
    }
    return [TensorType(base.element, try broadcast(arguments).shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    if areOfOneType(arguments) {
      return try ofOneType.step(for: arguments, outputs: outputs, context: context)
    }
    let axes = try broadcast(arguments).axes
    let exponent = try arguments.type(1, "exponent").element
    if outputs[0].element == .float32,
      arguments[1]?.constant?.floats.allSatisfy({ $0 == 2 }) == true
    {
      return ElementwiseStep(
        Elementwise("Pow", inputs: 2, [.init(CONV_ELEMENTWISE_MUL, [0, 0])]), axes, context)
    }
    return Self.step(axes, outputs[0].element.type, exponent.type)
  }

  private static func step<Base: NetworkElement, Exponent: NetworkElement>(
    _ axes: CollapsedAxes, _ base: Base.Type, _ exponent: Exponent.Type
  ) -> any Step {
    if base == Float.self || exponent == Float.self {
      return PairStep<Base, Exponent, Base>(axes) { a, b in
        .converted(powf(a.converted(to: Float.self), b.converted(to: Float.self)))
      }
    }
    return PairStep<Base, Exponent, Base>(axes) { a, b in
      .converted(a.converted(to: Int64.self).raised(to: b.converted(to: Int64.self)))
    }
  }

  private func broadcast(_ arguments: Arguments) throws(NetworkError) -> Broadcast {
    try Broadcast(arguments, count: 2, secondInputAxis: ofOneType.secondInputAxis)
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    ofOneType.permuted(by: permutation, arguments).map {
      Permuted(operation: Power(ofOneType: $0.operation as! Elementwise), inputs: $0.inputs)
    }
  }
}
