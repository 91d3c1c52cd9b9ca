import Convolution

/// How each framework writes a convention, or the same amounts where it has no word for it.
enum Spelling {
  /// Lines of framework and code.
  static func lines(_ row: PaddingReport.Row, of window: Window) -> [[String]] {
    let here = ["Swift", "padding: .\(swift(row.convention))"]
    guard let amounts = row.amounts else {
      return [["PyTorch", "padding=\"same\", refused with a stride above 1"], here]
    }
    return [
      ["TensorFlow, Keras", tensorFlow(row.convention, amounts)],
      ["PyTorch", torch(row.convention, amounts, stride: window.stride)],
      ["ONNX", onnx(row.convention, amounts)],
      ["Core ML", coreML(amounts)],
      ["JAX", jax(row.convention, amounts)],
      ["MLX", mlx(amounts)],
      here,
    ]
  }

  private static func swift(_ convention: Padding) -> String {
    switch convention {
    case .sameLower: "sameLower"
    case .sameTorch: "sameTorch"
    default: convention.description
    }
  }

  private static func tensorFlow(_ convention: Padding, _ amounts: [PaddingAmount]) -> String {
    switch convention {
    case .valid, .same: return "padding=\"\(convention)\""
    case .causal where amounts.count == 1: return "padding=\"causal\""
    default:
      // Channels last: nothing before the axes of space, for images, nor behind them, for channels.
      let sides = amounts.map { "[\($0.before), \($0.after)]" }
      return amounts.allSatisfy { $0 == .none }
        ? "padding=\"valid\""
        : "tf.pad(x, [\((["[0, 0]"] + sides + ["[0, 0]"]).joined(separator: ", "))]), then padding=\"valid\""
    }
  }

  private static func torch(_ convention: Padding, _ amounts: [PaddingAmount], stride: [Int])
    -> String
  {
    if amounts.allSatisfy({ $0 == .none }) {
      return convention == .sameTorch ? "padding=\"same\"" : "padding=0"
    }
    // F.pad counts axes from the last.
    let tuple = amounts.reversed().flatMap { ["\($0.before)", "\($0.after)"] }.joined(
      separator: ", ")
    let pad = "F.pad(x, (\(tuple))), then padding=0"
    // With a stride of 1 TensorFlow's "same" and PyTorch's are one.
    if convention == .sameTorch || (convention == .same && stride.allSatisfy { $0 == 1 }) {
      return "padding=\"same\", or \(pad)"
    }
    guard amounts.allSatisfy({ $0.before == $0.after }) else { return pad }
    let both = amounts.map { "\($0.before)" }.joined(separator: ", ")
    return "padding=\(amounts.count == 1 ? both : "(\(both))"), or \(pad)"
  }

  private static func onnx(_ convention: Padding, _ amounts: [PaddingAmount]) -> String {
    let pads = (amounts.map(\.before) + amounts.map(\.after)).map(String.init).joined(
      separator: ", ")
    let word: String? =
      switch convention {
      case .valid: "VALID"
      case .same: "SAME_UPPER"
      case .sameLower: "SAME_LOWER"
      case .sameTorch, .causal, .full, .explicit: nil
      }
    return (word.map { "auto_pad=\"\($0)\", or " } ?? "") + "pads=[\(pads)]"
  }

  /// Of a program's `conv`, an axis after the other. Core ML's own `same` is documented otherwise than TensorFlow's with
  /// strides and even kernels, so that amounts are what is safe to write.
  private static func coreML(_ amounts: [PaddingAmount]) -> String {
    guard !amounts.allSatisfy({ $0 == .none }) else { return "pad_type=\"valid\"" }
    return "pad_type=\"custom\", pad=\(amounts.flatMap { [$0.before, $0.after] })"
  }

  /// Of `lax.conv_general_dilated`, whose words count dilated kernels.
  private static func jax(_ convention: Padding, _ amounts: [PaddingAmount]) -> String {
    let word: String? =
      switch convention {
      case .valid: "VALID"
      case .same: "SAME"
      case .sameLower: "SAME_LOWER"
      case .sameTorch, .causal, .full, .explicit: nil
      }
    let pairs = amounts.map { "(\($0.before), \($0.after))" }.joined(separator: ", ")
    return (word.map { "padding=\"\($0)\", or " } ?? "") + "padding=[\(pairs)]"
  }

  /// Of `conv_general`, which takes what comes before each axis and what comes after it; layers take one number for both.
  private static func mlx(_ amounts: [PaddingAmount]) -> String {
    guard !amounts.allSatisfy({ $0 == .none }) else { return "padding=0" }
    let pair = "padding=(\(amounts.map(\.before)), \(amounts.map(\.after)))"
    guard amounts.allSatisfy({ $0.before == $0.after }) else { return pair }
    let both = amounts.map { "\($0.before)" }.joined(separator: ", ")
    return "padding=\(amounts.count == 1 ? both : "(\(both))"), or \(pair)"
  }
}
