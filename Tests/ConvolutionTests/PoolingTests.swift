import TestSupport
import Testing

@testable import Convolution
@testable import LayerCases

/// Layers that nobody chose, against plain float64 pooling, in both layouts on every instruction set.
struct PoolingTests {
  @Test(arguments: 0..<240)
  func everySettingAgreesWithTheReference(seed: Int) throws {
    let pool = PoolingCase.random(seed: seed)
    let reference = PoolingReference(pool)
    for setting in PoolingCase.settings {
      let plan = try pool.plan(setting)
      #expect(plan.outputShape == arrange(shape: reference.shape, in: setting.layout), "\(pool)")
      #expect(reference.agrees(with: try pool.run(plan)), "\(pool) on \(setting)")
    }
  }

  @Test(arguments: 0..<100)
  func indicesSayWhereTheMaximaLie(seed: Int) throws {
    let pool = PoolingCase.random(seed: 1000 + seed, kind: .max)
    let reference = PoolingReference(pool)
    for setting in PoolingCase.settings {
      let (values, indices) = try pool.runWithIndices(pool.plan(setting))
      #expect(reference.agrees(with: values), "\(pool) on \(setting)")
      expectSame(indices, reference.indices.map { Float($0) }, "\(pool) on \(setting)")
    }
  }

  /// Windows that are staged in parts, rows that are cut into blocks, strides beyond a block, and all of them.
  @Test(
    arguments: [
      (1, 1, 2600, 2500, 1, 1), (1, 2, 5000, 3, 1, 1), (2, 1, 9000, 4, 2, 1),
      (1, 3, 6000, 2, 3000, 1),
      (1, 1, 8000, 3, 1, 3000), (1, 2, 4100, 2, 40, 2049), (1, 33, 2100, 2100, 1, 1),
      (1, 2, 12000, 6000, 3000, 1),
    ])
  func longRows(images: Int, channels: Int, extent: Int, kernel: Int, stride: Int, dilation: Int)
    throws
  {
    var random = SplitMix64(seed: extent)
    for kind in [PoolingLayer.Kind.max, .average(countsPadding: true), .average(), .lp(2)] {
      let pool = PoolingCase(
        inputShape: [images, channels, extent], kind: kind, kernel: [kernel], stride: [stride],
        dilation: [dilation], padding: .explicit([PaddingAmount(before: 1, after: 1)]),
        x: random.floats(images * channels * extent))
      let reference = PoolingReference(pool)
      for setting in PoolingCase.settings {
        let plan = try pool.plan(setting)
        #expect(reference.agrees(with: try pool.run(plan)), "\(pool) on \(setting)")
      }
    }
  }

  @Test(arguments: [[1, 1, 1], [2, 17, 7], [1, 40, 5, 7], [3, 33, 4, 3, 6]])
  func globalPoolingIsAKernelOfAllExtents(shape: [Int]) throws {
    var random = SplitMix64(seed: shape.count)
    for kind in [PoolingLayer.Kind.max, .average(), .lp(1), .lp(2), .lp(5)] {
      let pool = PoolingCase(
        inputShape: shape, kind: kind, kernel: Array(shape[2...]),
        stride: Array(repeating: 1, count: shape.count - 2),
        dilation: Array(repeating: 1, count: shape.count - 2),
        x: random.floats(shape.reduce(1, *)))
      let reference = PoolingReference(pool)
      let global = try PoolingLayer(rank: pool.rank, global: kind)
      for (layout, set) in PoolingCase.settings {
        let y = try global(
          pool.input(in: layout), layout: layout, with: Planner(instructionSet: set))
        #expect(y.shape == arrange(shape: reference.shape, in: layout))
        let output = channelsFirst(y.elements, shape: reference.shape, from: layout)
        #expect(reference.agrees(with: output), "\(pool) \(layout) \(set)")
      }
    }
  }

  @Test func windowsDoNotOverlapUnlessAStrideSaysSo() throws {
    #expect(try Pool1D(.max, kernel: 3).stride == [3])
    #expect(try Pool2D(.average(), kernel: [3, 2], stride: 1).stride == [1, 1])
    #expect(
      try Pool3D(.lp(2), kernel: 2, stride: [1, 2, 1]).outputShape(for: [2, 3, 4, 5, 6])
        == [2, 3, 3, 2, 5])
  }

  /// PyTorch's and ONNX's shapes.
  @Test(
    arguments: [
      (4, 3, 2, 0, 1, 2), (5, 3, 2, 0, 2, 2), (6, 3, 2, 0, 2, 3), (2, 3, 2, 0, nil, 1),
      // A window that would begin in the padding behind is left out.
      (2, 1, 2, 0, 1, 1), (3, 2, 2, 1, 2, 2), (1, 2, 2, 1, 1, 1), (112, 3, 2, 1, 56, 57),
    ] as [(Int, Int, Int, Int, Int?, Int)])
  func outputsInFloorAndCeilMode(
    input: Int, kernel: Int, stride: Int, padding: Int, floor: Int?, ceil: Int
  ) throws {
    func outputs(_ ceilMode: Bool) -> Int? {
      let layer = try? Pool1D(
        .max, kernel: kernel, stride: stride, padding: .torch(padding), ceilMode: ceilMode)
      return try? layer?.outputShape(for: [1, 1, input])[2]
    }
    #expect(outputs(false) == floor)
    #expect(outputs(true) == ceil)
  }

  @Test func theMeanOfAWindowInCeilModeCountsThePaddingAtMost() throws {
    // Windows at -1...1, 1...3 and 3...5; the padded input ends with 4.
    let x = try Tensor([1, 2, 3, 4], shape: [1, 1, 4])
    func means(countsPadding: Bool) throws -> [Float] {
      try Pool1D(
        .average(countsPadding: countsPadding), kernel: 3, stride: 2, padding: .torch(1),
        ceilMode: true)(x).elements
    }
    #expect(try means(countsPadding: true) == [1, 3, 2])
    #expect(try means(countsPadding: false) == [1.5, 3, 4])
  }

  @Test func descriptionsNameTheSettings() throws {
    let layer = try Pool2D(.max, kernel: 3, stride: 2, padding: .torch(1), ceilMode: true)
    #expect("\(layer)" == "Pool2D max, kernel 3x3, stride 2x2, dilation 1x1, 1,1, ceil")
    #expect("\(try Pool1D(global: .lp(3)))" == "Pool1D lp 3, global")
  }

  @Test func nothingToComputeIsLegal() throws {
    let layer = try Pool2D(.max, kernel: 2)
    #expect(try layer(Tensor(shape: [0, 3, 4, 4])).shape == [0, 3, 2, 2])
    #expect(try layer(Tensor(shape: [2, 0, 4, 4])).shape == [2, 0, 2, 2])
    #expect(try layer(Tensor(shape: [2, 3, 0, 4])).shape == [2, 3, 0, 2])
    let padded = try Pool1D(.lp(2), kernel: 2, stride: 1, padding: .torch(1))
    #expect(try padded(Tensor(shape: [1, 2, 0])).elements == [0, 0])
  }
}
