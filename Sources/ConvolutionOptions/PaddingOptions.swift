import ArgumentParser
import Convolution

/// How many border taps a convolution has, or what a transposed layer leaves out of its output.
public struct PaddingOptions: ParsableArguments {
  /// A word of ``Padding``, for a transposed layer of ``TransposedPadding``; or `explicit`.
  @Option(
    name: .customLong("padding"),
    help: ArgumentHelp(
      "How many border taps there are: \(Self.words(isTransposed: false)); or what a transposed layer leaves out of "
        + "its output: \(Self.words(isTransposed: true)).", valueName: "convention"))
  var convention: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Border taps, or outputs left out, before and after each axis; implies --padding explicit.",
      valueName: "top,bottom,left,right"),
    transform: Self.amounts)
  var pads: [PaddingAmount]?

  @Option(
    help: ArgumentHelp(
      "Outputs that a transposed layer adds after the last, one or one an axis. (default: 0)",
      valueName: "1,1"),
    transform: Words.counts)
  var outputPadding: [Int]?

  @Option(
    help: ArgumentHelp(
      "Extents of a transposed layer's output, one or one an axis: half of what is too many is left out on either "
        + "side, the odd one before, with --padding same-upper after.", valueName: "6,8"),
    transform: Words.counts)
  var outputShape: [Int]?

  @Option(
    help: ArgumentHelp(
      "Whose reading of ONNX is meant where a transposed layer reaches fewer outputs than are wanted. "
        + "(default: specification)", valueName: "specification|onnxruntime"),
    transform: { try Words.value($0) })
  var onnxSense: TransposedPadding.Sense?

  public init() {}
}

// MARK: - What they come to

extension PaddingOptions {
  /// The padding asked for, if any.
  var padding: Padding? { pads.map { .explicit($0) } ?? convention.flatMap { Padding($0) } }

  /// The padding of a transposed layer asked for, if any.
  ///
  /// - Throws: `.rankMismatch`.
  func transposedPadding(rank: Int) throws(ConvolutionError) -> TransposedPadding? {
    let added = try Self.values(outputPadding, rank: rank, argument: "--output-padding")
    if let pads { return .explicit(pads, outputPadding: added ?? []) }
    let extents = try Self.values(outputShape, rank: rank, argument: "--output-shape")
    switch named ?? extents.map({ _ in .sameLower }) {
    case .halved(_, let oddSide, _, _):
      return .halved(
        extents: extents, oddSide: oddSide, outputPadding: added ?? [],
        sense: onnxSense ?? .specification)
    case let convention?: return convention
    case nil: return added.map { .explicit([.none], outputPadding: $0) }
    }
  }

  /// The words that say the same; nil where nothing was said.
  var words: String? {
    func list(_ option: String, _ numbers: [Int]?) -> String? {
      numbers.map { "\(option) \($0.map(String.init).joined(separator: ","))" }
    }
    let words = [
      pads.map { "--pads \(Padding.explicit($0))" } ?? convention.map { "--padding \($0)" },
      list("--output-padding", outputPadding), list("--output-shape", outputShape),
      onnxSense.map { "--onnx-sense \($0)" },
    ].compactMap(\.self)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  private var named: TransposedPadding? { convention.flatMap { TransposedPadding($0) } }

  private static func values(
    _ values: [Int]?, rank: Int, argument: String
  ) throws(ConvolutionError) -> [Int]? {
    guard let values else { return nil }
    return try AxisValues(values).values(rank: rank, argument: argument)
  }
}

// MARK: - Words

extension PaddingOptions {
  /// What `--padding` is where `--pads` tells the amounts.
  private static let explicit = "explicit"

  private static func conventions(isTransposed: Bool) -> [String] {
    (isTransposed ? TransposedPadding.conventions.map(\.key) : Padding.conventions.map(\.key))
      + [explicit]
  }

  private static func words(isTransposed: Bool) -> String {
    conventions(isTransposed: isTransposed).joined(separator: ", ")
  }

  private static func amounts(_ text: String) throws -> [PaddingAmount] {
    let numbers = try Words.integers(text)
    guard numbers.count.isMultiple(of: 2) else {
      throw ValidationError(
        "got \(numbers.count) numbers, expected two for each axis: before,after")
    }
    return stride(from: 0, to: numbers.count, by: 2).map {
      PaddingAmount(before: numbers[$0], after: numbers[$0 + 1])
    }
  }
}

// MARK: - What goes together

extension PaddingOptions {
  /// - Throws: where the options do not go together, or not with a layer that is transposed or is not.
  func check(isTransposed: Bool) throws {
    if let convention, !Self.conventions(isTransposed: isTransposed).contains(convention) {
      throw ValidationError(
        "--padding: got \(convention)\(isTransposed ? " with --transpose" : ""), expected one of "
          + Self.words(isTransposed: isTransposed))
    }
    if pads == nil, convention == Self.explicit {
      throw ValidationError(
        "--padding explicit: got no --pads, expected --pads before,after for each axis")
    }
    if pads != nil, let convention, convention != Self.explicit {
      throw ValidationError(
        "--pads: got --padding \(convention) as well, expected --padding explicit or none")
    }
    try isTransposed ? checkONNX() : checkNotTransposed()
  }

  private func checkNotTransposed() throws {
    let given = [
      outputPadding.map { _ in "--output-padding" }, outputShape.map { _ in "--output-shape" },
      onnxSense.map { _ in "--onnx-sense" },
    ]
    if let option = given.compactMap(\.self).first {
      throw ValidationError("\(option): got it without --transpose, expected it with --transpose")
    }
  }

  /// What is ONNX's own goes with its words alone; output padding with amounts, too.
  private func checkONNX() throws {
    let other: String? =
      switch named {
      case .valid, .same: "--padding \(convention!)"
      default: pads.map { _ in "--pads" }
      }
    if outputShape != nil, let other {
      throw ValidationError(
        "--output-shape: got \(other) as well, expected --padding same-upper, same-lower or none")
    }
    if outputPadding != nil, pads == nil, let other {
      throw ValidationError(
        "--output-padding: got \(other) as well, expected --pads, --output-shape, --padding same-upper, "
          + "same-lower or none")
    }
    if onnxSense != nil, other != nil || (named == nil && outputShape == nil) {
      throw ValidationError(
        "--onnx-sense: got \(other ?? "no padding of ONNX"), expected --output-shape, --padding same-upper or "
          + "same-lower")
    }
  }
}
