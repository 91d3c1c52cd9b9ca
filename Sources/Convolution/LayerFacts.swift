/// What the choice of an algorithm looks at: never the batch or the number of threads, so that they never change a bit.
///
/// Lists are depth, height, width; an axis that the layer does not have has extents of 1.
struct LayerFacts {
  let rank: Int
  let layout: Layout
  let groups, groupInputChannels, groupOutputChannels: Int
  let input, output, kernel, stride, dilation: [Int]
  let hasZeroBorder, hasFiniteWeights: Bool
  /// Whether the border taps along the width read 0, or there are none.
  let hasZeroColumns: Bool
  /// The taps that read more than a border of zeros, of all.
  let tapShare: Double

  var taps: Int { kernel.reduce(1, *) }
  /// Output samples of a channel.
  var pixels: Int { output.reduce(1, *) }
  /// Of all groups.
  var inputChannels: Int { groups * groupInputChannels }
  var outputChannels: Int { groups * groupOutputChannels }

  /// Bytes of one row of outputs or of the input rows that it sees, whichever are more.
  var rowBytes: Double {
    Double(MemoryLayout<Float>.stride)
      * max(
        Double(input[2]) * Double(kernel[0] * kernel[1] * inputChannels),
        Double(output[2]) * Double(outputChannels))
  }

  /// Samples of the input rows that two rectangles of outputs both see where one ends and the other begins.
  var sharedRows: Double {
    let outermost = 3 - rank
    let span = dilation[outermost] * (kernel[outermost] - 1) + 1
    let row = input.dropFirst(outermost + 1).reduce(1, *) * inputChannels
    return Double(max(span - stride[outermost], 0)) * Double(row)
  }
}

extension ConvolutionLayer {
  func facts(_ geometry: Geometry, _ axes: [AxisMap]) -> LayerFacts {
    let missing = Array(repeating: 1, count: 3 - rank)
    return LayerFacts(
      rank: rank, layout: geometry.layout, groups: groups,
      groupInputChannels: inputChannels / groups, groupOutputChannels: outputChannels / groups,
      input: missing + geometry.input.spatial, output: missing + geometry.output.spatial,
      kernel: missing + kernel, stride: missing + stride, dilation: missing + dilation,
      hasZeroBorder: border.contains { $0.constantValue == 0 }, hasFiniteWeights: weights.areFinite,
      hasZeroColumns: border[rank - 1].constantValue == 0
        || geometry.padding[rank - 1] == PaddingAmount(before: 0, after: 0),
      tapShare: axes.filter { $0.border.constantValue == 0 && $0.output > 0 }.reduce(1) {
        $0 * Double($1.insideTaps) / Double($1.output * $1.kernel)
      })
  }
}
