import ArgumentParser
import Convolution

/// How far the window moves and how far its taps are apart.
struct WindowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Distance between outputs, one or one an axis. (default: 1)", valueName: "2,1"),
    transform: Words.extents)
  var stride: [Int] = [1]

  @Option(
    help: ArgumentHelp("Distance between taps, one or one an axis. (default: 1)", valueName: "1,1"),
    transform: Words.extents)
  var dilation: [Int] = [1]
}

/// What the border taps of a convolution read.
struct BorderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What border taps read, one or one an axis between commas: "
        + BorderWord.allCases.map(\.rawValue).joined(separator: ", ") + ".",
      valueName: "border"),
    transform: BorderWord.list)
  var border: [BorderWord]?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What a constant border reads. (default: 0)", valueName: "v"),
    transform: Words.number(_:))
  var borderValue: Float?

  func validate() throws {
    guard borderValue == nil || border?.contains(.constant) == true else {
      throw ValidationError("--border-value: got a value, expected it with --border constant only")
    }
  }

  func borders(default word: BorderWord) -> PerAxis<Border> {
    PerAxis((border ?? [word]).map { $0.border(constant: borderValue ?? 0) })
  }
}

/// Padding, activation, layout, accuracy and algorithm of one layer.
struct LayerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Order of the axes of input and output. (default: nchw)", valueName: "nchw|nhwc"),
    transform: Words.layout)
  var layout: Layout?

  @Option(
    help: ArgumentHelp(
      "How many border taps there are: same, same-lower, torch-same, valid, causal, full, explicit.",
      valueName: "convention"),
    transform: { try Words.find($0) })
  var padding: PaddingWord?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Border taps before and after each axis; implies --padding explicit.",
      valueName: "top,bottom,left,right"),
    transform: Words.integers)
  var pads: [Int]?

  @Option(
    help: ArgumentHelp(
      "Applied to every sum: identity, relu, relu6, clip:min,max, leakyRelu:slope, sigmoid, tanh, "
        + "silu, hardSwish, gelu. (default: identity)",
      valueName: "activation"),
    transform: Activation.init(word:))
  var activation: Activation?

  @Option(
    help: ArgumentHelp(
      "Whether Winograd's algorithm may be used: exact-order never uses it, standard with errors of at most 4e-6 of "
        + "the largest output, fast freely. (default: standard)",
      valueName: "accuracy"),
    transform: { try Words.find($0) })
  var accuracy: Accuracy?

  @Option(
    help: ArgumentHelp(
      "How to compute: auto, winograd, direct, depthwise, general. (default: auto)",
      valueName: "algorithm"),
    transform: { try Words.find($0) })
  var algorithm: Algorithm?

  @Option(
    help: ArgumentHelp(
      "What the ways to compute layers took, measured by convbench --tune: the fastest is taken.",
      valueName: "file"))
  var times: String?

  func validate() throws {
    if let pads {
      guard padding == nil || padding == .explicit else {
        throw ValidationError(
          "--pads: got --padding \(padding!.rawValue) as well, expected --padding explicit or none")
      }
      guard pads.count.isMultiple(of: 2) else {
        throw ValidationError(
          "--pads: got \(pads.count) numbers, expected two for each axis: before,after")
      }
    } else if padding == .explicit {
      throw ValidationError(
        "--padding explicit: got no --pads, expected --pads before,after for each axis")
    }
  }

  /// What the file of `--times` says, if any.
  func measuredTimes() throws -> MeasuredTimes? { try times.map { try MeasuredTimes(file: $0) } }

  /// The padding asked for, if any.
  var chosenPadding: Padding? {
    guard let pads else { return padding?.padding() }
    let amounts = stride(from: 0, to: pads.count, by: 2).map {
      PaddingAmount(before: pads[$0], after: pads[$0 + 1])
    }
    return .explicit(amounts)
  }
}

/// What of the machine is used.
struct MachineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads to compute with. (default: as many as there are cores)", valueName: "n"),
    transform: { text in
      guard let threads = Int(text), threads > 0 else {
        throw ValidationError("expected a positive number")
      }
      return threads
    })
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Widest instruction set to use. (default: the widest there is)",
      valueName: "scalar|avx2|avx512"),
    transform: { try Words.find($0) })
  var isa: InstructionSet?
}
