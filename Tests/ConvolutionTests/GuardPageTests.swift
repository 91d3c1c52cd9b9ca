import TestSupport
import Testing

@testable import Convolution
@testable import LayerCases

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

  /// Memory begins 0 to 15 floats behind a 64-byte boundary: with the input at each of them, everything else is at others.
  /// Packed weights and workspaces lie on a boundary.
  @Test(arguments: Kernel.available)
  func everyAlignmentStaysWithinTheCallersMemory(kernel: Kernel) throws {
    for layout in Layout.allCases {
      var met: Set<Int> = []
      for seed in 0..<64 {
        let (offset, side) = (seed % 16, GuardedSide.allCases[seed / 16 % 2])
        let layers = [
          LayerCase.random(seed: 4000 + seed, work: 15_000),
          .random(seed: 4000 + seed, work: 15_000).depthwise(seed: seed),
          .random(seed: 4000 + seed, work: 15_000).pointwise(seed: seed),
          .randomWinograd(seed: 4000 + seed, work: 15_000),
        ]
        for layerCase in layers {
          let run = try GuardedRun(layerCase, layout: layout, side: side, offset: offset)
          let aligned = try GuardedRun(layerCase, layout: layout, side: side)
          var expected: [[Float]] = []
          aligned.forEachWay(of: kernel) { expected.append(aligned.run($0)) }
          var index = 0
          run.forEachWay(of: kernel) { way in
            expectSame(run.run(way), expected[index], "\(way.name) \(layerCase) at \(offset)")
            index += 1
            if !layerCase.isPixel { met.insert(offset) }
          }
        }
      }
      // A family may take one of the layouts only; a single pixel is of both.
      #expect(met.isEmpty || met.count == 16, "\(kernel.family) meets \(met.sorted()) in \(layout)")
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
