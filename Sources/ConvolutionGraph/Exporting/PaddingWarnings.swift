import Convolution

/// Where somebody else reads a padding's words differently.
extension PaddedLayer {
  var warnings: [String] {
    switch convention {
    case .taps(let padding): ofTaps(padding) + ofBorder
    case .outputs(let padding): ofOutputs(padding)
    case .node: ofBorder
    }
  }

  private func ofTaps(_ padding: Padding) -> [String] {
    var warnings: [String] = []
    let isStrided = stride.contains { $0 > 1 }
    if padding == .same || padding == .sameLower || padding == .sameTorch {
      if dilation.contains(where: { $0 > 1 }) {
        warnings.append(
          "onnxruntime refuses auto_pad SAME with a dilation, and some tools drop the dilation from its amounts"
        )
      }
      if isUneven {
        warnings.append(
          padding == .sameLower
            ? "the odd one is before; TensorFlow's and PyTorch's same have it after"
            : "the odd one is after; SAME_LOWER, and Core ML's same of an even kernel, have it before"
        )
      }
      if zip(kernel, stride).contains(where: <) {
        warnings.append(
          "onnxruntime's auto_pad may leave samples out where the kernel is smaller than the stride"
        )
      }
      if isStrided, padding != .sameTorch {
        warnings.append(
          "PyTorch has no same with a stride, and Core ML's same does not count the stride")
      }
    }
    if padding == .causal, kernel.count > 1 {
      warnings.append("Keras has causal for one axis alone")
    }
    if operation == "AveragePool", !isNone {
      warnings.append("PyTorch's mean counts the border unless count_include_pad is false")
    }
    return warnings
  }

  private func ofOutputs(_ padding: TransposedPadding) -> [String] {
    guard padding != .valid else { return [] }
    var warnings: [String] = []
    let hasGaps = amounts?.contains { $0.before < 0 || $0.after < 0 } ?? false
    if case .halved(_, let oddSide, _, _) = padding {
      if hasGaps {
        warnings.append(
          "the specification of ONNX and onnxruntime differ where fewer outputs are reached than are wanted"
        )
      }
      if isUneven {
        warnings.append(
          "the odd output left out is \(oddSide == .after ? "after" : "before"); versions of ONNX and onnxruntime differ here"
        )
      }
    } else if isUneven, padding == .same {
      warnings.append(
        "the odd output left out is after; PyTorch's padding leaves out as many on either side")
    }
    return warnings
  }

  private var ofBorder: [String] {
    guard let amounts, let input else { return [] }
    var warnings: [String] = []
    for axis in input.indices {
      let border = border.count == 1 ? border[0] : border.isEmpty ? .zeros : border[axis]
      let most = max(amounts[axis].before, amounts[axis].after)
      let limit = border == .reflect ? input[axis] - 1 : border == .circular ? input[axis] : Int.max
      if most > limit {
        warnings.append(
          "\(border) reaches \(most) beyond \(input[axis]) samples, which PyTorch and onnxruntime refuse or read differently"
        )
      }
    }
    return warnings
  }

  private var isUneven: Bool { amounts?.contains { $0.before != $0.after } ?? false }
  private var isNone: Bool { amounts?.allSatisfy { $0 == .none } ?? false }
}
