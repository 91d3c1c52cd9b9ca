import Convolution

/// A padded layer of a network that is written into a file of another format: a row of the table that tells people which
/// side is padded.
package struct WrittenPadding: Sendable, Equatable {
  /// The node's name.
  package let node: String
  /// What it does: `Conv`.
  package let operation: String
  /// The convention, and the border where it is not zeros, in the words of ``Padding`` and ``Border``: `same, reflect`.
  package let meaning: String
  /// Whether the amounts are outputs left out, and not taps added.
  package let isTransposed: Bool
  /// For each axis of space, for the given input shape; nil while that is not known.
  package let amounts: [PaddingAmount]?
  /// In the format's words: `pads=[1, 0, 2, 0]`.
  package let written: String
  /// Where somebody else would read the source's words differently.
  package let warnings: [String]
}

/// A padded layer, before it is written.
struct PaddedLayer {
  enum Convention: Equatable {
    case taps(Padding)
    /// Outputs that are left out.
    case outputs(TransposedPadding)
    /// A node of its own, in front of whatever reads it.
    case node
  }

  let node: Graph.Node
  /// `Conv`
  let operation: String
  let convention: Convention
  /// For each axis of space; empty: zeros, or what a pool has.
  var border: [Border] = []
  /// The window, one number an axis of space.
  var kernel: [Int] = []
  var stride: [Int] = []
  var dilation: [Int] = []
  /// nil while the input's shape is not known.
  let amounts: [PaddingAmount]?
  /// The input's extents of space; nil while they are not known.
  var input: [Int]?

  /// The row of the table, with how it is written.
  func written(_ text: String) -> WrittenPadding {
    WrittenPadding(
      node: node.name, operation: operation, meaning: meaning, isTransposed: isTransposed,
      amounts: amounts, written: text, warnings: warnings)
  }

  var isTransposed: Bool { if case .outputs = convention { true } else { false } }

  private var meaning: String {
    let words: String? =
      switch convention {
      case .taps(let padding): padding.description
      case .outputs(let padding): padding.description
      case .node: nil
      }
    let isPlain = border.allSatisfy { $0 == .zeros } && words != nil
    let modes = border.dropFirst().allSatisfy { $0 == border[0] } ? Array(border.prefix(1)) : border
    return [words, isPlain ? nil : modes.map(\.description).joined(separator: ",")]
      .compactMap(\.self).joined(separator: ", ")
  }
}

// MARK: - Finding them

extension Graph {
  /// A node as a padded layer; nil where it is none, or pads nothing on any input.
  ///
  /// - Throws: what the amounts throw.
  func paddedLayer(_ node: Node) throws(NetworkError) -> PaddedLayer? {
    let weights = node.inputs.count > 1 ? type(node.inputs[1])?.shape : nil
    let kernel = weights.map { Array($0.dropFirst(2)) }
    switch node.operation {
    case let convolution as ConvolutionOperator:
      return try paddedLayer(
        node, "Conv", .taps(convolution.padding), border: convolution.border, convolution.layout,
        kernel, convolution.stride, convolution.dilation)
    case let transposed as TransposedOperator:
      return try paddedLayer(
        node, "ConvTranspose", .outputs(transposed.padding), transposed.layout, kernel,
        transposed.stride, transposed.dilation)
    case let pool as PoolingOperator:
      return try paddedLayer(
        node, pool.description, .taps(pool.padding), pool.layout, pool.kernel, pool.stride,
        pool.dilation)
    case let pad as PadOperator: return paddedLayer(node, pad)
    default: return nil
    }
  }

  /// A layer with a window.
  private func paddedLayer(
    _ node: Node, _ operation: String, _ convention: PaddedLayer.Convention, border: [Border] = [],
    _ layout: Layout, _ kernel: [Int]?, _ stride: [Int]?, _ dilation: [Int]?
  ) throws(NetworkError) -> PaddedLayer? {
    guard !convention.padsNothing, let kernel else { return nil }
    let ones = kernel.map { _ in 1 }
    let (stride, dilation) = (stride ?? ones, dilation ?? ones)
    let space = node.inputs.first.flatMap { type($0) }.map { layout.space(of: $0.shape) }
    return PaddedLayer(
      node: node, operation: operation, convention: convention, border: border, kernel: kernel,
      stride: stride, dilation: dilation,
      amounts: try space.map { (space) throws(NetworkError) in
        try convention.amounts(of: space, kernel, stride, dilation)
      }, input: space)
  }

  /// Of images alone: something else has no axes of space.
  private func paddedLayer(_ node: Node, _ pad: PadOperator) -> PaddedLayer? {
    guard let arguments = arguments(of: node), let x = arguments[0]?.type.shape, x.count > 2,
      let amounts = try? pad.amountsAtHand(for: arguments)
    else { return nil }
    let value = arguments[2]?.constant?.floats.first
    return PaddedLayer(
      node: node, operation: "Pad", convention: .node,
      border: [pad.mode.border ?? .constant(value ?? 0)],
      amounts: amounts.dropFirst(2).map { PaddingAmount(before: $0.before, after: $0.after) },
      input: Array(x.dropFirst(2)))
  }
}

// MARK: - Amounts

extension PaddedLayer.Convention {
  /// Whatever the input. A node of its own says no amounts here.
  fileprivate var padsNothing: Bool {
    switch self {
    case .taps(let padding): padding.addsNothing
    case .outputs(let padding): padding.leavesOutNothing
    case .node: true
    }
  }

  /// For each axis of space.
  fileprivate func amounts(
    of space: [Int], _ kernel: [Int], _ stride: [Int], _ dilation: [Int]
  ) throws(NetworkError) -> [PaddingAmount] {
    switch self {
    case .taps(let padding): try padding.amounts(of: space, kernel, stride, dilation)
    case .outputs(let padding): try padding.amounts(of: space, kernel, stride, dilation)
    case .node: []
    }
  }
}

extension Layout {
  /// The extents of space of images' shape.
  func space(of shape: [Int]) -> [Int] {
    Array(self == .channelsFirst ? shape.dropFirst(2) : shape.dropFirst().dropLast())
  }
}

extension Padding {
  /// Whether it is no border taps, whatever the input.
  var addsNothing: Bool {
    switch self {
    case .valid: true
    case .explicit(let amounts): amounts.allSatisfy { $0 == .none }
    default: false
    }
  }

  /// For each axis of space.
  func amounts(
    of space: [Int], _ kernel: [Int], _ stride: [Int], _ dilation: [Int]
  ) throws(NetworkError) -> [PaddingAmount] {
    try asNetworkError { () throws(ConvolutionError) in
      try amounts(for: space, kernel: kernel, stride: stride, dilation: dilation)
    }
  }

  /// The amounts of an axis that are the same for every input that is not empty; nil: they depend on its extent.
  func amountForAnyInput(
    kernel: Int, stride: Int, dilation: Int, axis: Int
  ) throws(NetworkError) -> PaddingAmount? {
    if self == .same || self == .sameLower, stride > 1, kernel > 1 { return nil }
    return try asNetworkError { () throws(ConvolutionError) in
      try amount(input: 1, kernel: kernel, stride: stride, dilation: dilation, axis: axis)
    }
  }
}

extension TransposedPadding {
  /// Whether it is the full output, whatever the input.
  var leavesOutNothing: Bool {
    switch self {
    case .explicit(let amounts, let outputPadding):
      amounts.allSatisfy { $0 == .none } && outputPadding.allSatisfy { $0 == 0 }
    default: false
    }
  }

  /// What is left out on each axis of space. A negative amount adds outputs that no input reaches.
  func amounts(
    of space: [Int], _ kernel: [Int], _ stride: [Int], _ dilation: [Int]
  ) throws(NetworkError) -> [PaddingAmount] {
    try space.indices.map { (axis) throws(NetworkError) in
      try amount(
        input: space[axis], kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis],
        axis: axis)
    }
  }

  /// The same of an axis for every input that is not empty; nil: it depends on its extent.
  func amountForAnyInput(
    kernel: Int, stride: Int, dilation: Int, axis: Int
  ) throws(NetworkError) -> PaddingAmount? {
    if case .halved(_?, _, _, _) = self { return nil }
    // Of few inputs less than nothing may be left.
    return try amount(
      input: 1 << 20, kernel: kernel, stride: stride, dilation: dilation, axis: axis)
  }

  private func amount(
    input: Int, kernel: Int, stride: Int, dilation: Int, axis: Int
  ) throws(NetworkError) -> PaddingAmount {
    try asNetworkError { () throws(ConvolutionError) in
      try resolved(
        input: input, kernel: kernel, stride: stride, dilation: dilation, axis: axis
      ).amount
    }
  }
}
