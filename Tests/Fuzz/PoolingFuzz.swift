@_spi(Tools) import Convolution
import LayerCases
import TestSupport

/// A pooling layer in both layouts, on every instruction set, whole and in part.
struct PoolingFuzz: FuzzCase {
  private var pool: PoolingCase

  struct Manner {
    let layout: Layout
    let set: InstructionSet
    let threads: Int
  }

  private let seed: Int

  init(_ random: inout SplitMix64) {
    seed = Int(random.next() >> 1)
    pool = .random(seed: seed, work: 10_000)
    if pool.kind == .max { Specials.random(&random).strew(into: &pool.x, &random) }
  }

  var description: String { "\(pool)" }

  func failure(_ runs: inout Int) throws -> Failure<Manner>? {
    let reference = PoolingReference(pool)
    var random = SplitMix64(seed: seed + 1)
    let channels = [0..<pool.inputShape[0], 0..<pool.inputShape[1]]
    for setting in PoolingCase.settings {
      let threads = random.threads()
      let manner = Manner(layout: setting.layout, set: setting.set, threads: threads)
      let plan = try pool.plan(setting, threads: threads)
      let output = try pool.run(plan)
      runs += 1
      if pool.kind == .max {
        let expected = reference.values.map { Float($0) }
        let indices = try pool.runWithIndices(plan).indices
        if let difference = firstDifference(output.map { $0 + 0 }, expected.map { $0 + 0 })
          ?? firstDifference(indices, reference.indices.map { Float($0) })
        {
          return Failure(manner: manner, text: difference)
        }
      } else if !reference.agrees(with: output) {
        return Failure(manner: manner, text: "means or norms differ")
      }
      let region = random.region(of: Array(pool.outputShape[2...]))
      let part = try pool.plan(setting, threads: threads, region: region, buffers: .region)
      let read = channels + part.inputRegion
      let shape = channels.map(\.count) + region.map(\.count)
      let window = try Tensor(
        arrange(
          LayerCases.part(pool.x, of: pool.inputShape, read), shape: read.map(\.count),
          in: setting.layout), shape: part.inputShape)
      let cut = channelsFirst(try part.run(window).elements, shape: shape, from: setting.layout)
      runs += 1
      let same = LayerCases.part(output, of: pool.outputShape, channels + region)
      if let difference = firstDifference(cut, same) {
        return Failure(manner: manner, text: "region \(region): \(difference)")
      }
    }
    return nil
  }

  /// Fewer images and channels: the data of the first.
  var smaller: [PoolingFuzz] {
    guard pool.inputShape[0] * pool.inputShape[1] > 1 else { return [] }
    return Set([1, pool.inputShape[1] / 2, pool.inputShape[1] - 1]).filter { $0 > 0 }.sorted().map {
      var smaller = self
      smaller.pool.inputShape[0] = 1
      smaller.pool.inputShape[1] = $0
      smaller.pool.x = Array(pool.x.prefix(smaller.pool.inputShape.reduce(1, *)))
      return smaller
    }
  }

  func reproduction(of failure: Failure<Manner>, in folder: String) throws -> String {
    var model = ONNXModelBytes()
    var attributes = [
      ONNXAttributeBytes("kernel_shape", pool.kernel), ONNXAttributeBytes("strides", pool.stride),
      ONNXAttributeBytes("dilations", pool.dilation),
      ONNXAttributeBytes("ceil_mode", pool.ceilMode ? 1 : 0),
    ]
    let amounts = (0..<pool.rank).map { pool.paddingAmount(axis: $0) }
    attributes.append(ONNXAttributeBytes("pads", amounts.map(\.before) + amounts.map(\.after)))
    let operation: String
    switch pool.kind {
    case .max: operation = "MaxPool"
    case .average(let countsPadding):
      operation = "AveragePool"
      attributes.append(ONNXAttributeBytes("count_include_pad", countsPadding ? 1 : 0))
    case .lp(let power):
      operation = "LpPool"
      attributes.append(ONNXAttributeBytes("p", power))
    }
    model.addInput("x", pool.inputShape)
    model.addNode(operation, ["x"], ["y"], attributes)
    model.addOutput("y")
    try write(model.bytes, to: "\(folder)/case.onnx")
    try pool.input(in: .channelsFirst).write(toNPYFile: "\(folder)/x.npy")
    let manner = failure.manner
    return "convolve run \(folder)/case.onnx --input \(folder)/x.npy --output \(folder)/y.npy "
      + "--layout \(manner.layout) --isa \(manner.set) --threads \(manner.threads)"
  }
}
