import Convolution

/// How the padding of a window is written.
enum WindowPadding {
  /// The amounts, none negative: an attribute.
  case pads([PaddingAmount])
  /// A word.
  case autoPad(String)
  /// Nodes of their own.
  case nodes([BorderedAxis])

  /// The attributes of a node that has them.
  var pads: NodeReader.Attribute? {
    guard case .pads(let amounts) = self, amounts.contains(where: { $0 != .none }) else {
      return nil
    }
    return .integers(amounts.map(\.before) + amounts.map(\.after))
  }

  var autoPad: NodeReader.Attribute? {
    if case .autoPad(let word) = self { .string(word) } else { nil }
  }

  /// For the table.
  var words: String {
    switch self {
    case .pads(let amounts): "pads=\(amounts.map(\.before) + amounts.map(\.after))"
    case .autoPad(let word): "auto_pad=\(word)"
    case .nodes(let axes):
      axes.contains { $0.known == nil } ? "amounts worked out in the run" : "no pads"
    }
  }
}

/// A window that moves over images.
struct Window {
  let kernel, stride, dilation: [Int]

  init(kernel: [Int], stride: [Int]?, dilation: [Int]?) {
    let ones = kernel.map { _ in 1 }
    self.kernel = kernel
    self.stride = stride ?? ones
    self.dilation = dilation ?? ones
  }

  var rank: Int { kernel.count }
  /// Samples that the taps span, along an axis.
  func span(_ axis: Int) -> Int { dilation[axis] * (kernel[axis] - 1) + 1 }
}

extension ONNXWriter {
  /// How a padding is written on channels-first images.
  ///
  /// - Parameters:
  ///   - space: the extents of space, where they are the same in every run.
  ///   - x: the images.
  ///   - border: one an axis of space.
  mutating func padding(
    _ padding: Padding, _ window: Window, _ space: [Int]?, _ x: String, _ border: [Border]
  ) throws(NetworkError) -> WindowPadding {
    var amounts: [PaddingAmount?] = []
    if let space {
      amounts = try padding.amounts(of: space, window.kernel, window.stride, window.dilation)
    } else {
      for axis in 0..<window.rank {
        amounts.append(
          try padding.amountForAnyInput(
            kernel: window.kernel[axis], stride: window.stride[axis],
            dilation: window.dilation[axis], axis: axis))
      }
    }
    let known = amounts.compactMap(\.self)
    let isPlain = zip(border, amounts).allSatisfy { $0 == .zeros || $1 == PaddingAmount.none }
    if isPlain, known.count == amounts.count,
      known.allSatisfy({ $0.before >= 0 && $0.after >= 0 })
    {
      return .pads(known)
    }
    if isPlain, known.count < amounts.count, mayBeAutomatic(window) {
      return .autoPad(padding == .same ? "SAME_UPPER" : "SAME_LOWER")
    }
    var axes: [BorderedAxis] = []
    for (axis, amount) in amounts.enumerated() {
      let extent = space?[axis]
      if let amount {
        axes.append(BorderedAxis(axis + 2, amount, border[axis], extent: extent))
      } else {
        axes.append(
          try sameAxis(axis + 2, window, isLower: padding == .sameLower, x, border[axis]))
      }
    }
    return .nodes(axes)
  }

  /// Whether `auto_pad` means the same to everyone, for every shape: onnxruntime refuses it with a dilation, and where the
  /// kernel is smaller than the stride it leaves samples out.
  private func mayBeAutomatic(_ window: Window) -> Bool {
    window.dilation.allSatisfy { $0 == 1 } && zip(window.kernel, window.stride).allSatisfy(>=)
  }

  /// The amounts of `same`, worked out in a run: max((n - 1) / s s + e - n, 0), halved.
  private mutating func sameAxis(
    _ axis: Int, _ window: Window, isLower: Bool, _ x: String, _ border: Border
  ) throws(NetworkError) -> BorderedAxis {
    let (stride, span) = (window.stride[axis - 2], window.span(axis - 2))
    let count = try extent(x, axis: axis)
    let last = try product(try quotient(try sum(count, -1), by: stride), stride)
    let total = try notNegative(difference(try sum(last, span), count))
    let half = try quotient(total, by: 2)
    let rest = difference(total, half)
    return BorderedAxis(
      axis, before: .computed(isLower ? rest : half), after: .computed(isLower ? half : rest),
      border, extent: nil)
  }

  /// Images in ONNX's order.
  mutating func channelsFirst(_ x: String, _ layout: Layout, rank: Int) -> String {
    transpose(x, layout.permutation(rank: rank).inversePermutation)
  }

  /// Images of ONNX's order in a layout.
  mutating func arranged(_ x: String, _ layout: Layout, rank: Int) -> String {
    transpose(x, layout.permutation(rank: rank))
  }
}
