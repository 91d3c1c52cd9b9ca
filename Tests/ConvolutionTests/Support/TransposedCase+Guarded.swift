import Convolution

@testable import LayerCases

extension TransposedCase {
  /// What a plan of a region gives of it, with all memory against inaccessible pages; N C \*spatial.
  ///
  /// - Parameter shape: of the whole output.
  func runGuarded(
    _ plan: Plan, region: [Range<Int>], of shape: [Int], _ side: GuardedSide
  ) throws(ConvolutionError) -> [Float] {
    func window(_ values: [Float], _ shape: [Int], _ ranges: [Range<Int>]) -> GuardedMemory<Float> {
      let all = [0..<shape[0], 0..<shape[1]] + ranges
      return GuardedMemory(
        arrange(part(values, of: shape, all), shape: all.map(\.count), in: plan.layout), side: side)
    }
    let input = window(x, inputShape, plan.inputRegion)
    let residual = residual.map { window($0, shape, region) }
    let output = GuardedMemory<Float>(count: plan.outputShape.reduce(1, *), side: side)
    output.buffer.update(repeating: .nan)
    let workspace = GuardedMemory<UInt8>(count: plan.workspaceBytes, side: side, alignment: 64)
    try plan.run(
      input.readOnly, residual: residual?.readOnly, into: output.buffer, workspace: workspace.bytes)
    return channelsFirst(
      Array(output.buffer), shape: shape[..<2] + region.map(\.count), from: plan.layout)
  }
}
