import CConvolution

/// Elements less their mean, by their standard deviation, times a scale, plus a bias: for each image and channel, for each
/// image and group of channels, or along the last axes.
struct Normalisation: Operator {
  enum Kind {
    /// `InstanceNormalization`
    case channel
    /// `GroupNormalization`, scale and bias being one value a channel, or one a group.
    case groups(Int, scaleIsOfGroups: Bool)
    /// `LayerNormalization`
    case from(axis: Int)
  }

  let description: String
  let kind: Kind
  let epsilon: Float
  /// Not of ``Kind/from(axis:)``.
  var channelAxis = 1

  init(_ description: String, _ kind: Kind, epsilon: Float) {
    self.description = description
    self.kind = kind
    self.epsilon = epsilon
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    _ = try axes(arguments)
    return [try arguments.type(0, "x")]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    NormalisationStep(epsilon, try axes(arguments), context)
  }

  /// Operand 0 is the scale, operand 1 the bias; statistics are taken over marked axes.
  private func axes(_ arguments: Arguments) throws(NetworkError) -> CollapsedAxes {
    let x = try arguments.floatShape(0, "x")
    let scale = try arguments.floatShape(1, "scale")
    let bias = arguments[2] == nil ? scale : try arguments.floatShape(2, "bias")
    if case .from(let axis) = kind {
      let axis = try x.axis(axis)
      return try CollapsedAxes(
        x, strides: [try Self.strides(of: scale, in: x), try Self.strides(of: bias, in: x)],
        marked: x.indices.map { $0 >= axis })
    }
    guard x.count > 1 else {
      throw NetworkError(
        .shapeMismatch, argument: "x", received: "shape \(x)", expected: "images of channels")
    }
    var groups = x[channelAxis]
    var scaleIsOfGroups = true
    if case .groups(let count, let isOfGroups) = kind {
      (groups, scaleIsOfGroups) = (count, isOfGroups)
    }
    let channels = groups == 0 ? 0 : x[channelAxis] / groups
    let values = scaleIsOfGroups ? groups : x[channelAxis]
    guard channels * groups == x[channelAxis], scale == [values], bias == [values] else {
      throw NetworkError(
        .shapeMismatch, argument: "scale", received: "scale \(scale), bias \(bias) of x \(x)",
        expected: "channels in \(groups) groups alike, and \(values) values")
    }
    // The axis of channels is two: of groups, and of channels of a group.
    let (before, after) = (x[..<channelAxis], x[(channelAxis + 1)...])
    let strides =
      before.map { _ in 0 } + (scaleIsOfGroups ? [1, 0] : [channels, 1]) + after.map { _ in 0 }
    let shape = before + [groups, channels] + after
    return try CollapsedAxes(
      Array(shape), strides: [strides, strides],
      marked: strides.indices.map { $0 != 0 && $0 != channelAxis })
  }

  /// Of a tensor that broadcasts to x.
  private static func strides(of shape: [Int], in x: [Int]) throws(NetworkError) -> [Int] {
    guard try Broadcast([x, shape]).shape == x else {
      throw NetworkError(
        .shapeMismatch, argument: "scale", received: "shape \(shape)",
        expected: "one that broadcasts to \(x)")
    }
    return Array(repeating: 0, count: x.count - shape.count) + Broadcast.strides(of: shape)
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    if case .from = kind { return nil }
    guard permutation.first == 0, permutation.count > 1 else { return nil }
    var operation = self
    operation.channelAxis = permutation.place(of: channelAxis)
    return Permuted(
      operation: operation, inputs: (0..<arguments.count).map { $0 == 0 ? permutation : nil })
  }
}

private struct NormalisationStep: Step {
  private let normalisation: conv_normalisation
  private let isa: conv_isa
  private let threads: Int32

  init(_ epsilon: Float, _ axes: CollapsedAxes, _ context: PlanningContext) {
    var normalisation = conv_normalisation()
    normalisation.epsilon = epsilon
    normalisation.axes = Int32(axes.extents.count)
    assign(axes.extents.map(Int64.init), to: &normalisation.extent)
    assign(axes.isMarked, to: &normalisation.reduced)
    assign(axes.strides[0].map(Int64.init), to: &normalisation.scale)
    assign(axes.strides[1].map(Int64.init), to: &normalisation.bias)
    self.normalisation = normalisation
    isa = context.isa
    threads = context.threads
  }

  func run(_ operands: Operands) {
    withUnsafePointer(to: normalisation) {
      conv_run_normalisation(
        isa, $0, operands.floats(0), operands.floats(1), operands.floats(2),
        operands.outputFloats(0),
        threads)
    }
  }
}
