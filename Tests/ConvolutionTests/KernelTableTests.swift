import CConvolution
import Testing

@testable import Convolution

/// Every kernel of the C table by itself, with all that it reads and writes against inaccessible pages.
struct KernelTableTests {
  @Test(arguments: KernelTable.all.filter { !$0.isWinograd })
  func kernelsStayWithinTheirMemoryAndComputeTheReference(entry: KernelTable.Entry) throws {
    var random = SplitMix64(seed: 4)
    for seed in 4000..<4060 {
      var layerCase = LayerCase.random(seed: seed, work: 30_000)
      if entry.isDepthwise { layerCase = layerCase.depthwise(&random) }
      if entry.needsZeroColumns { layerCase.border[layerCase.rank - 1] = .zeros }
      let reference = Reference(layerCase)
      for layout in entry.layouts {
        for side in GuardedSide.allCases {
          for (order, withinRows) in [
            (WeightOrder.outputInputKernel, true), (.kernelInputOutput, false),
          ] {
            let run = GuardedRun(
              layerCase, layout: layout, side: side, vectorsWithinRows: withinRows)
            let error = reference.relativeError(try run.run(entry.kernel, weightOrder: order))
            #expect(error <= Reference.bound, "\(layerCase) \(layout) \(order), guard \(side)")
          }
        }
      }
    }
  }

  /// Every form that there is, in both layouts.
  @Test(arguments: KernelTable.all.filter(\.isWinograd))
  func winogradStaysWithinItsMemoryAndComputesTheReference(entry: KernelTable.Entry) throws {
    for seed in 4000..<4120 {
      let (layerCase, form) = LayerCase.randomWinograd(seed: seed, work: 30_000)
      let reference = Reference(layerCase)
      let tile = Array(repeating: 1, count: 3 - layerCase.rank) + form.tile
      for layout in Layout.allCases {
        for (side, order) in zip(
          GuardedSide.allCases, [WeightOrder.outputInputKernel, .kernelInputOutput])
        {
          let run = GuardedRun(
            layerCase, layout: layout, side: side, vectorsWithinRows: false, tile: tile)
          let error = reference.relativeError(try run.run(entry.kernel, weightOrder: order))
          #expect(
            error <= Reference.winogradBound(form),
            "\(form) \(layerCase) \(layout) \(order), guard \(side)")
        }
      }
    }
  }

  /// A library without the kernels of an instruction set falls back to narrower ones.
  @Test func everyFamilyHasAScalarKernelFirst() {
    for (family, entries) in Dictionary(grouping: KernelTable.all, by: \.family) {
      let sets = entries.map { InstructionSet($0.kernel.pointee.isa) }
      #expect(sets.first == .scalar && sets == sets.sorted(), "\(family)")
      for set in InstructionSet.available {
        let found = conv_kernel_find(family, set.resolved)
        #expect(
          found.map { InstructionSet($0.pointee.isa) } == sets.last { $0 <= set },
          "\(family) \(set)")
      }
    }
  }

  @Test func anUnknownFamilyIsNotFound() {
    #expect(conv_kernel_find("no such family", CONV_ISA_AVX512) == nil)
  }
}

extension KernelTable.Entry {
  var isWinograd: Bool { family == "winograd" }

  var isDepthwise: Bool { family.hasPrefix("depthwise") }

  /// Whether the family is for border columns that read 0 only.
  var needsZeroColumns: Bool { family == "depthwise_channels_first" }

  /// The layouts of the family's problems: only the general one takes both.
  var layouts: [Layout] {
    if family == "general" { return Layout.allCases }
    return family.hasSuffix("channels_last") ? [.channelsLast] : [.channelsFirst]
  }
}

extension LayerCase {
  /// The same layer with one input channel a group.
  fileprivate func depthwise(_ random: inout SplitMix64) -> LayerCase {
    var layer = self
    let outputs = weightShape[0] / groups
    layer.groups = inputShape[1]
    layer.weightShape[1] = 1
    layer.weightShape[0] = inputShape[1] * min(outputs, 4)
    return layer.filled(&random)
  }
}
