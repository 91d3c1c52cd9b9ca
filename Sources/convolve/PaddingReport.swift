import Convolution

/// Border taps and output size of one window for every convention.
struct PaddingReport: CustomStringConvertible {
  struct Row {
    let convention: Padding
    /// One an axis; nil where the convention is refused.
    var amounts: [PaddingAmount]?
    /// The output's extents; nil where there is none.
    var output: [Int]?
    /// Why there are no amounts or no output.
    var refusal: String?
  }

  let input, stride: [Int]
  private(set) var rows: [Row] = []

  /// - Parameter input: the extents of the axes of space.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.integerOverflow`.
  init(
    input: [Int], kernel: some PerAxis<Int>, stride: some PerAxis<Int> = 1,
    dilation: some PerAxis<Int> = 1
  ) throws(ConvolutionError) {
    let rank = input.count
    guard (1...3).contains(rank) else {
      throw ConvolutionError(
        .rankMismatch, argument: "--input", received: "\(rank) extents", expected: "1, 2 or 3")
    }
    self.input = input
    self.stride = try stride.values(rank: rank, argument: "--stride")
    let kernel = try kernel.values(rank: rank, argument: "--kernel")
    let dilation = try dilation.values(rank: rank, argument: "--dilation")
    // Padding depends on the span of the kernel alone: two taps so far apart stand for all of it, and no weights
    // of the kernel's size are needed.
    let distances = try zip(kernel, dilation).map { (kernel, dilation) throws(ConvolutionError) in
      max(try Checked.multiply(dilation, kernel - 1, argument: "--dilation"), 1)
    }
    let weights = try Tensor(shape: [1, 1] + kernel.map { min($0, 2) })
    for (_, convention) in Padding.conventions {
      let layer = try ConvolutionLayer(
        rank: rank, weights: weights, stride: self.stride, dilation: distances, padding: convention)
      var row = Row(convention: convention)
      do {
        row.amounts = try layer.paddingAmounts(for: input)
        row.output = Array(try layer.outputShape(for: [1, 1] + input).dropFirst(2))
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

  /// The axes' names and those of their two sides.
  private var axes: [(name: String, before: String, after: String)] {
    let all = [("depth", "front", "back"), ("height", "top", "bottom"), ("width", "left", "right")]
    return input.count == 1 ? [("length", "start", "end")] : Array(all.suffix(input.count))
  }

  /// One sentence: how much `same` adds on which side.
  var answer: String {
    let same = rows.first { $0.convention == .same }
    guard let same, let amounts = same.amounts, let output = same.output else { return "" }
    let sides = zip(axes, amounts).map { axis, amount in
      switch (amount.before, amount.after) {
      case (0, 0): "none on the \(axis.name)"
      case (let before, let after) where before == after:
        "\(before) on each side of the \(axis.name)"
      case (let before, let after):
        "\(before) before (\(axis.before)) and \(after) after (\(axis.after)) on the \(axis.name)"
      }
    }
    return "\"same\" padding adds \(sides.joined(separator: ", ")): "
      + "\(input.joinedByX) in, \(output.joinedByX) out."
  }

  /// The answer and a table of amounts.
  var summary: String {
    let header = ["convention"] + axes.flatMap { ["\($0.name): before", "after"] } + ["output"]
    let lines = rows.map { row in
      let amounts = row.amounts?.flatMap { ["\($0.before)", "\($0.after)"] }
      return [row.convention.description]
        + (amounts ?? Array(repeating: "-", count: 2 * input.count))
        + [row.output?.joinedByX ?? row.refusal ?? ""]
    }
    return answer + "\n\n" + table([header] + lines)
  }

  /// The summary, then how each framework writes every convention.
  var description: String {
    let spellings = rows.map { row in
      "\(row.convention)\n" + table(Spelling.lines(row, stride: stride), indent: "  ")
    }
    return ([summary] + spellings).joined(separator: "\n\n")
  }
}
