import Convolution
import TestSupport
import Testing

/// All memory of a run against inaccessible pages: a stray read or write ends the test process.
struct GuardPageTests {
  @Test(arguments: 0..<100)
  func plansStayWithinTheCallersMemory(seed: Int) throws {
    try runGuarded(LayerCase.random(seed: 3000 + seed, work: 30_000))
  }

  /// Widths and channels on both sides of every vector's and tile's width.
  @Test(arguments: 1...35)
  func everyTailStaysWithinTheCallersMemory(width: Int) throws {
    for channels in [1, 7, 16, 33] {
      for (kernel, stride, border) in [(3, 1, Border.circular), (1, 1, .zeros), (3, 2, .zeros)] {
        for groups in Set([1, channels]) {
          var random = SplitMix64(seed: width)
          try runGuarded(
            LayerCase(
              inputShape: [1, channels, 3, width],
              weightShape: [channels, channels / groups, 1, kernel],
              stride: [1, stride], dilation: [1, 1], groups: groups, padding: .same,
              border: [border, border],
              x: [], w: [], bias: [], residual: []
            ).filled(&random))
        }
      }
    }
  }

  private func runGuarded(_ layerCase: LayerCase) throws {
    let layer = try layerCase.layer()
    let settings = try layerCase.plansOfEveryKernel(layer).map(\.setting)
    for side in GuardedSide.allCases {
      for layout in Layout.allCases {
        let input = GuardedMemory(
          arrange(layerCase.x, shape: layerCase.inputShape, in: layout), side: side)
        let residual = layerCase.residual.map {
          GuardedMemory(arrange($0, shape: layerCase.outputShape, in: layout), side: side)
        }
        for setting in settings where setting.layout == layout {
          guard let plan = try layerCase.plan(layer, setting, threads: 2) else { continue }
          let output = GuardedMemory<Float>(count: plan.outputShape.reduce(1, *), side: side)
          let workspace = GuardedMemory<UInt8>(
            count: plan.workspaceBytes, side: side, alignment: 64)
          output.buffer.update(repeating: .nan)
          try plan.run(
            input.readOnly, residual: residual?.readOnly, into: output.buffer,
            workspace: workspace.bytes)
          let isComplete = output.buffer.allSatisfy { !$0.isNaN }
          #expect(isComplete, "\(layerCase) on \(setting)")
        }
      }
    }
  }
}
