import Convolution

@testable import LayerCases

extension Plan {
  /// What a plan of a region gives of it, with all memory against inaccessible pages; N C \*spatial.
  ///
  /// - Parameters:
  ///   - x: the whole input, of `inputShape`.
  ///   - residual: of the whole output, whose shape `outputShape` is.
  func runGuarded(
    _ x: [Float], of inputShape: [Int], residual: [Float]?, to outputShape: [Int],
    region: [Range<Int>], _ side: GuardedSide
  ) throws(ConvolutionError) -> [Float] {
    func window(_ values: [Float], _ shape: [Int], _ ranges: [Range<Int>]) -> GuardedMemory<Float> {
      let all = [0..<shape[0], 0..<shape[1]] + ranges
      return GuardedMemory(
        arrange(part(values, of: shape, all), shape: all.map(\.count), in: layout), side: side)
    }
    let input = window(x, inputShape, inputRegion)
    let residual = residual.map { window($0, outputShape, region) }
    let output = GuardedMemory<Float>(count: self.outputShape.reduce(1, *), side: side)
    output.buffer.update(repeating: .nan)
    let workspace = GuardedMemory<UInt8>(count: workspaceBytes, side: side, alignment: 64)
    try run(
      input.readOnly, residual: residual?.readOnly, into: output.buffer, workspace: workspace.bytes)
    return channelsFirst(
      Array(output.buffer), shape: outputShape[..<2] + region.map(\.count), from: layout)
  }
}
