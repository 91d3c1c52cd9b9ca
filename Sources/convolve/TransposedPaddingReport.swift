import Convolution

/// What of a transposed layer's full output is left out for every convention, and the output's size.
struct TransposedPaddingReport: ConventionReport {
  typealias Convention = TransposedPadding

  let window: Window
  private(set) var rows: [Row] = []

  /// - Throws: `.nonPositiveSize`, `.integerOverflow`.
  init(_ window: Window) throws(ConvolutionError) {
    self.window = window
    let taps = try window.taps()
    var conventions = TransposedPadding.conventions.map(\.value)
    if !window.gaps.isEmpty {
      conventions += [
        .halved(oddSide: .after, sense: .onnxruntime),
        .halved(oddSide: .before, sense: .onnxruntime),
      ]
    }
    for convention in conventions {
      let layer = try TransposedLayer(
        rank: window.rank, weights: taps.weights, stride: window.stride, dilation: taps.dilation,
        padding: convention)
      rows.append(
        Row(
          convention: convention, amounts: try layer.paddingAmounts(for: window.input),
          output: Array(try layer.outputShape(for: [1, 1] + window.input).dropFirst(2))))
    }
  }

  /// What `same` comes to, and who disagrees.
  var answer: String {
    let same = rows.first { $0.convention == .same }
    guard let same, let amounts = same.amounts, let output = same.output else { return "" }
    let sides = amounts.indices.map { axis in
      let added = -amounts[axis].after
      return added > 0
        ? "none on the \(axes[axis].name), where it adds \(added) after (\(axes[axis].after))"
        : words(amounts[axis], axis: axis)
    }.joined(separator: ", ")
    return
      "\"same\" of a transposed layer leaves out \(sides): \(window.input.joinedByX) in, \(output.joinedByX) out."
      + (disagreement.map { "\n" + $0 } ?? "")
  }

  private var disagreement: String? {
    guard !window.gaps.isEmpty else { return nil }
    let names = window.gaps.map { "the \(axes[$0].name)" }.joined(separator: " and ")
    return
      "On \(names) the kernel spans less than the stride, and no input reaches what is added: by Keras after; "
      + "by ONNX's specification half on each side, the odd one before for SAME_UPPER; by onnxruntime nowhere."
  }

  func spelling(_ row: Row) -> [[String]] { TransposedSpelling.lines(row, of: window) }
}

extension Window {
  /// The axes whose taps span less than the stride: a transposed layer has outputs there that no input reaches.
  var gaps: [Int] { span.indices.filter { span[$0] < stride[$0] } }
}
