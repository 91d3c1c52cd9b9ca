import Testing

@testable import ConvolutionGraph

/// A pad before a convolution becomes its border.
struct PadIntoConvolutionTests {
  private func expect(
    _ mode: String, _ amounts: [Int64], own: [Int64] = [0, 0, 0, 0], value: Float? = nil,
    to after: [String]?, shape: [Int64] = [2, 4, 7, 9],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectRewrite(
      PadIntoConvolution(), from: ["Pad \(mode)", "Conv"], to: after, shape: shape,
      sourceLocation: sourceLocation
    ) { network, x in
      var inputs = [x, network.integers(amounts)]
      if let value { inputs.append(network.constant([value])) }
      let padded = network.node("Pad", inputs, ONNXAttribute("mode", mode))
      return network.convolution(padded, pads: own)
    }
  }

  private static let around: [Int64] = [0, 0, 1, 2, 0, 0, 2, 1]

  @Test func everyMode() throws {
    try expect("constant", Self.around, to: ["Conv [zeros, zeros]"])
    try expect("constant", Self.around, value: 1.5, to: ["Conv [constant:1.5, constant:1.5]"])
    try expect("reflect", Self.around, to: ["Conv [reflect, reflect]"])
    try expect("edge", Self.around, to: ["Conv [replicate, replicate]"])
    try expect("wrap", Self.around, to: ["Conv [circular, circular]"])
  }

  /// A border of zeros has room for the convolution's own; another one does not.
  @Test func paddingOfTheConvolutionsOwn() throws {
    try expect("constant", Self.around, own: [1, 1, 0, 2], to: ["Conv [zeros, zeros]"])
    try expect("constant", Self.around, own: [1, 1, 0, 2], value: 0, to: ["Conv [zeros, zeros]"])
    try expect("constant", Self.around, own: [1, 1, 0, 2], value: 1.5, to: nil)
    try expect("reflect", Self.around, own: [1, 1, 1, 1], to: nil)
  }

  @Test func amountsThatTakeAwayStay() throws {
    try expect("constant", [0, 0, -1, 2, 0, 0, 2, -2], to: nil)
    try expect("constant", [0, 0, -1, -1, 0, 0, 0, 0], own: [1, 1, 1, 1], to: nil)
    try expect("reflect", [0, 0, -2, 2, 0, 0, 2, -1], to: nil)
  }

  @Test func otherAxesThanThoseOfSpaceStay() throws {
    try expect("constant", [1, 0, 1, 1, 0, 0, 1, 1], to: nil)
    try expect("edge", [0, 1, 1, 1, 0, 0, 1, 1], to: nil, shape: [1, 3, 7, 9])
  }

  /// Between transpositions that cancel, a pad has its axes elsewhere.
  @Test func aPadInAnotherOrderOfAxes() throws {
    for amounts in [
      [0, 2, 0, 0, 0, 1, 0, 0], [0, 0, 2, 0, 0, 0, 1, 0], [0, 1, 2, 0, 0, 2, 1, 0],
    ] as [[Int64]] {
      try expectRewrite(
        PadIntoConvolution(), TransposesCombined(), TransposePushed(),
        from: ["Transpose [0, 2, 3, 1]", "Pad reflect", "Transpose [0, 3, 1, 2]", "Conv"],
        to: ["Conv [reflect, reflect]"]
      ) { network, x in
        let turned = network.node("Transpose", [x], ONNXAttribute("perm", [0, 2, 3, 1]))
        let padded = network.node(
          "Pad", [turned, network.integers(amounts)], ONNXAttribute("mode", "reflect"))
        let back = network.node("Transpose", [padded], ONNXAttribute("perm", [0, 3, 1, 2]))
        return network.convolution(back, pads: [0, 0, 0, 0])
      }
    }
  }

  /// The other user of a padded tensor still gets it.
  @Test func aPaddedTensorThatIsUsedTwice() throws {
    try expectRewrite(
      PadIntoConvolution(), from: ["Pad edge", "MaxPool", "Conv", "Concat 1"],
      to: ["Pad edge", "MaxPool", "Conv [replicate, replicate]", "Concat 1"]
    ) { network, x in
      let padded = network.node(
        "Pad", [x, network.integers(Self.around)], ONNXAttribute("mode", "edge"))
      let pooled = network.node("MaxPool", [padded], ONNXAttribute("kernel_shape", [3, 3]))
      return network.node(
        "Concat", [network.convolution(padded, pads: [0, 0, 0, 0]), pooled],
        ONNXAttribute("axis", 1))
    }
  }
}
