import Convolution

extension LayerCall {
  /// Adds a node.
  ///
  /// - Parameters:
  ///   - operation: of tensors whose axes are as Keras has them; where the first input is turned, one that does the same to
  ///     turned ones takes its place, if there is one.
  ///   - suffix: of the node's name, where the layer becomes several; the last one has the layer's own.
  /// - Throws: what the operator says of the inputs' types.
  func add(
    _ operation: any Operator, _ inputs: [KerasTensor?], suffix: String? = nil
  ) throws(NetworkError) -> KerasTensor {
    let types = try types(operation, inputs)
    let isTurned = inputs.contains { $0?.isTurned == true }
    if isTurned, let (turned, arguments) = try turned(operation, inputs, types.rank) {
      return append(turned, arguments, types, suffix, isTurned: true)
    }
    var ordered: [KerasTensor?] = []
    for input in inputs { ordered.append(try input.map(graph.inKerasOrder)) }
    return append(operation, ordered, types, suffix, isTurned: false)
  }

  /// Adds a node of several outputs, on inputs as Keras has them.
  func addAll(
    _ operation: any Operator, _ inputs: [KerasTensor?], outputs: Int, suffix: String? = nil
  ) throws(NetworkError) -> [KerasTensor] {
    var ordered: [KerasTensor?] = []
    for input in inputs { ordered.append(try input.map(graph.inKerasOrder)) }
    var results: [KerasTensor] = []
    let types = try allTypes(operation, ordered)
    let values = graph.append(nodeName(suffix), operation, ordered, outputs: outputs)
    for (value, type) in zip(values, types) {
      results.append(KerasTensor(value: value, shape: type.shape, element: type.element))
    }
    return results
  }

  /// Adds a node on images, made for channels first: the first input and the output are images as Keras has them.
  ///
  /// - Parameter isTurned: whether Keras has channels last.
  func addImages(
    _ operation: any Operator, _ inputs: [KerasTensor?], isTurned: Bool, suffix: String? = nil
  ) throws(NetworkError) -> KerasTensor {
    var inputs = inputs
    inputs[0] =
      isTurned
      ? try graph.inChannelsFirstOrder(inputs[0]!) : try graph.inKerasOrder(inputs[0]!)
    var type = try types(operation, inputs.map { $0?.asItLies })
    if isTurned {
      let permutation = KerasTensor.channelsFirst(rank: type.shape.count).inversePermutation
      type.shape = permutation.map { type.shape[$0] }
    }
    return append(operation, inputs, type, suffix, isTurned: isTurned)
  }

  private func append(
    _ operation: any Operator, _ inputs: [KerasTensor?], _ type: PartialType, _ suffix: String?,
    isTurned: Bool
  ) -> KerasTensor {
    let value = graph.append(nodeName(suffix), operation, inputs, outputs: 1)[0]
    return KerasTensor(
      value: value, shape: type.shape, element: type.element, isTurned: isTurned)
  }

  private func nodeName(_ suffix: String?) -> String { suffix.map { "\(name)/\($0)" } ?? name }

  /// A constant of the layer that every call makes anew.
  func constant(_ tensor: NetworkTensor, _ suffix: String) -> KerasTensor {
    graph.constant(tensor, "\(name)/\(suffix)")
  }

  /// A constant that all calls of the layer share.
  func shared(
    _ suffix: String, _ make: () throws(NetworkError) -> NetworkTensor
  ) throws(NetworkError) -> KerasTensor {
    try graph.constant("\(name)/\(suffix)", make)
  }

  func integers(_ values: [Int], _ suffix: String) throws(NetworkError) -> KerasTensor {
    constant(try NetworkTensor(values.map(Int64.init), shape: [values.count]), suffix)
  }

  /// The elements under another shape, an extent 0 being the one that there is.
  func reshape(
    _ x: KerasTensor, _ shape: [Int], suffix: String? = nil
  ) throws(NetworkError) -> KerasTensor {
    try add(
      ViewOperator(kind: .reshape(allowsZero: false)), [x, integers(shape, "shape")],
      suffix: suffix)
  }

  /// The same for elements that come from several axes, the first of which is not known: the caller says what it comes to.
  func reshape(
    _ x: KerasTensor, _ shape: [Int], as known: [Int?], suffix: String? = nil
  ) throws(NetworkError) -> KerasTensor {
    append(
      ViewOperator(kind: .reshape(allowsZero: false)),
      [try graph.inKerasOrder(x), try integers(shape, "shape")],
      PartialType(element: x.element, shape: known), suffix, isTurned: false)
  }

  // MARK: Turned inputs

  /// The operator for inputs whose channels are the axis behind that of images; nil: there is none.
  private func turned(
    _ operation: any Operator, _ inputs: [KerasTensor?], _ rank: Int
  ) throws(NetworkError) -> (any Operator, [KerasTensor?])? {
    guard inputs.allSatisfy({ $0?.isTurned != true || $0?.rank == rank }) else { return nil }
    let permutation = KerasTensor.channelsFirst(rank: rank)
    var inputs = inputs
    for index in inputs.indices {
      // A constant of fewer axes has all of them, to be turned as well.
      guard let input = inputs[index], input.rank < rank, operation is Elementwise,
        let tensor = graph.tensor(of: input), tensor.count > 1
      else { continue }
      let shape = Array(repeating: 1, count: rank - input.rank) + tensor.shape
      inputs[index] = constant(tensor.reshaped(shape), "constant")
    }
    let arguments = try arguments(inputs, filler: Self.fillers[0])
    guard let permuted = operation.permuted(by: permutation, arguments) else { return nil }
    var results: [KerasTensor?] = []
    for (input, asked) in zip(inputs, permuted.inputs) {
      guard let input, let asked else {
        results.append(try input.map(graph.inKerasOrder))
        continue
      }
      guard asked == permutation else { return nil }
      if let tensor = graph.tensor(of: input) {
        results.append(constant(try tensor.permuted(by: permutation), "constant"))
      } else {
        results.append(try graph.inChannelsFirstOrder(input))
      }
    }
    return (permuted.operation, results)
  }

  // MARK: Types

  /// Extents that stand for those that are not known: first that of images, then all others. What comes out alike for both
  /// choices does not depend on them. The others are multiples of many numbers, and their cubes fit into 32 bits.
  private static let fillers = [(images: 1, other: 840), (images: 2, other: 1260)]

  private func arguments(
    _ inputs: [KerasTensor?], filler: (images: Int, other: Int)
  ) throws(NetworkError) -> Arguments {
    var arguments: [Argument?] = []
    for input in inputs {
      guard let input else {
        arguments.append(nil)
        continue
      }
      let shape = input.shape.enumerated().map { $1 ?? ($0 == 0 ? filler.images : filler.other) }
      arguments.append(
        Argument(
          type: try TensorType(input.element, shape).checked(),
          constant: graph.tensor(of: input)))
    }
    return Arguments(arguments)
  }

  /// The type of the first output, as far as it is known.
  private func types(
    _ operation: any Operator, _ inputs: [KerasTensor?]
  ) throws(NetworkError) -> PartialType { try allTypes(operation, inputs)[0] }

  private func allTypes(
    _ operation: any Operator, _ inputs: [KerasTensor?]
  ) throws(NetworkError) -> [PartialType] {
    var choices: [[TensorType]] = []
    for filler in Self.fillers {
      do throws(NetworkError) {
        choices.append(
          try operation.outputTypes(for: arguments(inputs, filler: filler)))
      } catch {
        throw error.at(name)
      }
      if inputs.allSatisfy({ $0?.shape.contains(nil) != true }) {
        choices.append(choices[0])
        break
      }
    }
    return zip(choices[0], choices[1]).map { first, second in
      PartialType(
        element: first.element,
        shape: zip(first.shape, second.shape).map { $0 == $1 ? $0 : nil })
    }
  }
}

/// A tensor's type as far as it is known.
private struct PartialType {
  let element: ElementType
  var shape: [Int?]
  var rank: Int { shape.count }
}

extension KerasTensor {
  /// The same value, with its shape as the graph has it.
  fileprivate var asItLies: KerasTensor {
    guard let permutation else { return self }
    return KerasTensor(value: value, shape: permutation.map { shape[$0] }, element: element)
  }
}

extension NetworkTensor {
  /// A tensor whose axis i is axis `permutation[i]` of this one.
  ///
  /// - Throws: `.outOfMemory`.
  func permuted(by permutation: [Int]) throws(NetworkError) -> NetworkTensor {
    let operation = TransposeOperator(permutation: permutation)
    let arguments = Arguments([Argument(type: type, constant: self)])
    let types = try operation.outputTypes(for: arguments)
    let context = PlanningContext(planner: Planner(), layers: LayerCache())
    let step = try operation.step(for: arguments, outputs: types, context: context)
    return try step.run(arguments, wanted: [true], types)[0]!
  }
}
