import Convolution

/// Border taps and output size of one window for every convention.
struct PaddingReport: ConventionReport {
  typealias Convention = Padding

  let window: Window
  private(set) var rows: [Row] = []

  /// - Throws: `.nonPositiveSize`, `.integerOverflow`.
  init(_ window: Window) throws(ConvolutionError) {
    self.window = window
    let taps = try window.taps()
    for (_, convention) in Padding.conventions {
      let layer = try ConvolutionLayer(
        rank: window.rank, weights: taps.weights, stride: window.stride, dilation: taps.dilation,
        padding: convention)
      var row = Row(convention: convention)
      do {
        row.amounts = try layer.paddingAmounts(for: window.input)
        row.output = Array(try layer.outputShape(for: [1, 1] + window.input).dropFirst(2))
      } catch {
        row.refusal = try Self.refusal(error)
      }
      rows.append(row)
    }
  }

  /// What a table says of an error that belongs to one convention; any other error is thrown on.
  private static func refusal(_ error: ConvolutionError) throws(ConvolutionError) -> String {
    switch error.code {
    case .stridedTorchSame: "none: PyTorch refuses padding=\"same\" with a stride above 1"
    case .kernelLargerThanInput: "none: the kernel is larger than the padded input"
    default: throw error
    }
  }

  var answer: String {
    let same = rows.first { $0.convention == .same }
    guard let same, let amounts = same.amounts, let output = same.output else { return "" }
    let sides = amounts.indices.map { words(amounts[$0], axis: $0) }.joined(separator: ", ")
    return
      "\"same\" padding adds \(sides): \(window.input.joinedByX) in, \(output.joinedByX) out."
  }

  func spelling(_ row: Row) -> [[String]] { Spelling.lines(row, of: window) }
}
