import Convolution

/// Border taps and output size of one window for every convention.
struct PaddingReport: CustomStringConvertible {
  struct Row {
    let convention: PaddingWord
    /// One an axis; nil where the convention is refused.
    let amounts: [PaddingAmount]?
    /// The output's extents; nil where there is none.
    let output: [Int]?
    /// Why there are no amounts or no output.
    let refusal: String?
  }

  let input, kernel, stride, dilation: [Int]
  let rows: [Row]

  /// - Parameters: extents and distances, one an axis or one for all axes; `input` has one an axis.
  /// - Throws: `.rankMismatch`, `.nonPositiveSize`, `.integerOverflow`.
  init(
    input: [Int], kernel: [Int], stride: [Int] = [1], dilation: [Int] = [1]
  ) throws(ConvolutionError) {
    guard (1...3).contains(input.count) else {
      throw ConvolutionError(
        .rankMismatch, argument: "--input", received: "\(input.count) extents",
        expected: "1, 2 or 3")
    }
    func each(_ values: [Int], _ argument: String) throws(ConvolutionError) -> [Int] {
      guard values.count == 1 || values.count == input.count else {
        throw ConvolutionError(
          .rankMismatch, argument: argument, received: "\(values.count) numbers",
          expected: input.count == 1 ? "1" : "1 or \(input.count), one for each axis of the input")
      }
      if let value = values.first(where: { $0 < 1 }) {
        throw ConvolutionError(
          .nonPositiveSize, argument: argument, received: "\(value)", expected: "at least 1")
      }
      return values.count == 1 ? Array(repeating: values[0], count: input.count) : values
    }
    self.input = try each(input, "--input")
    self.kernel = try each(kernel, "--kernel")
    self.stride = try each(stride, "--stride")
    self.dilation = try each(dilation, "--dilation")
    rows =
      switch input.count {
      case 1: try Self.rows(Conv1D.self, input, self.kernel, self.stride, self.dilation)
      case 2: try Self.rows(Conv2D.self, input, self.kernel, self.stride, self.dilation)
      default: try Self.rows(Conv3D.self, input, self.kernel, self.stride, self.dilation)
      }
  }

  private static func rows<let rank: Int>(
    _ type: ConvolutionLayer<rank>.Type, _ input: [Int], _ kernel: [Int], _ stride: [Int],
    _ dilation: [Int]
  ) throws(ConvolutionError) -> [Row] {
    // Padding depends on the span of the kernel alone: two taps so far apart stand for all of it, and no weights
    // of the kernel's size are needed.
    var distances: [Int] = []
    for (kernel, dilation) in zip(kernel, dilation) {
      let (distance, overflow) = dilation.multipliedReportingOverflow(by: kernel - 1)
      if overflow {
        throw ConvolutionError(
          .integerOverflow, argument: "--dilation", received: "\(dilation) x (\(kernel) - 1)",
          expected: "a size that fits into 64 bits")
      }
      distances.append(max(distance, 1))
    }
    let weights = try Tensor(shape: [1, 1] + kernel.map { min($0, 2) })
    var rows: [Row] = []
    for convention in PaddingWord.conventions {
      let layer = try ConvolutionLayer<rank>(
        weights: weights, stride: .each(stride), dilation: .each(distances),
        padding: convention.padding())
      var amounts: [PaddingAmount]?
      do {
        let sides = try layer.paddingAmounts(for: input)
        amounts = sides
        let output = try layer.outputShape(for: [1, 1] + input)
        rows.append(
          Row(
            convention: convention, amounts: sides, output: Array(output.dropFirst(2)), refusal: nil
          ))
      } catch {
        rows.append(
          Row(convention: convention, amounts: amounts, output: nil, refusal: try refusal(error)))
      }
    }
    return rows
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
      return [row.convention.rawValue]
        + (amounts ?? Array(repeating: "-", count: 2 * input.count))
        + [row.output?.joinedByX ?? row.refusal ?? ""]
    }
    return answer + "\n\n" + table([header] + lines)
  }

  /// The summary, then how each framework writes every convention.
  var description: String {
    let spellings = rows.map { row in
      row.convention.rawValue + "\n" + table(Spelling.lines(row, stride: stride), indent: "  ")
    }
    return ([summary] + spellings).joined(separator: "\n\n")
  }
}
