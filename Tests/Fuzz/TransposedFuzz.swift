@_spi(Tools) import Convolution
import ConvolutionFiles
import LayerCases
import TestSupport

/// A transposed layer in both layouts, on every instruction set, its phases computed in ways drawn at random.
struct TransposedFuzz: FuzzCase {
  private var layer: TransposedCase
  private var seed: Int
  private var specials: Specials

  struct Manner {
    var layout: Layout
    var planner: Planner
    var region: [Range<Int>]?
  }

  init(_ random: inout SplitMix64) {
    layer = .fuzzed(&random, work: 20_000)
    seed = Int(random.next() >> 1)
    specials = .random(&random)
    fill()
  }

  var description: String { "\(layer) \(specials)" }

  private mutating func fill() {
    var random = SplitMix64(seed: seed)
    layer = layer.filled(&random)
    specials.strew(into: &layer.x, &random)
    if random.once(in: 3) { specials.strew(into: &layer.w, &random) }
  }

  // MARK: - Right or wrong

  func failure(_ runs: inout Int) throws -> Failure<Manner>? {
    let reference = TransposedReference(layer)
    let expected = ExpectedOutputs(
      values: reference.values, magnitudes: reference.magnitudes,
      terms: layer.weightShape[0] / layer.groups * layer.weightShape[2...].reduce(1, *) + 2,
      data: [layer.x, layer.w])
    let made = try layer.layer()
    var random = SplitMix64(seed: seed + 1)
    for layout in Layout.allCases {
      do {
        let set = InstructionSet.available.randomElement(using: &random)!
        let accuracy = random.pick(Accuracy.exactOrder, .fast)
        // Direct kernels do not take weights that are not finite.
        let isFinite = layer.w.allSatisfy(\.isFinite)
        let planner = Planner(
          threads: random.threads(), accuracy: accuracy,
          algorithm: random.pick(.automatic, .automatic, isFinite ? .direct : .general, .general),
          instructionSet: set, costModel: .random(&random, on: set))
        var manner = Manner(layout: layout, planner: planner)
        let shape = arrange(shape: layer.inputShape, in: layout)
        let whole = try made.plan(for: shape, layout: layout, with: planner)
        let output = try layer.run(whole, shape: reference.shape)
        runs += 1
        let difference =
          accuracy == .exactOrder
          ? expected.difference(output) : expected.difference(output, bound: 2e-5)
        if let difference { return Failure(manner: manner, text: difference) }

        let region = random.region(of: Array(reference.shape[2...]))
        manner.region = region
        manner.planner.threads = random.threads()
        let plan = try made.plan(
          for: shape, layout: layout, with: manner.planner, region: region, buffers: .region)
        let channels = [0..<reference.shape[0], 0..<reference.shape[1]]
        let window = layer.window(plan.inputRegion, for: region, of: reference.shape)
        let cut = try window.run(plan, shape: reference.shape[..<2] + region.map(\.count))
        runs += 1
        let same = part(output, of: reference.shape, channels + region)
        if let difference = firstDifference(cut, same) {
          return Failure(manner: manner, text: "region \(region): \(difference)")
        }
      }
    }
    return nil
  }

  // MARK: - Smaller

  var smaller: [TransposedFuzz] {
    layer.smaller.map {
      var smaller = self
      smaller.layer = $0
      smaller.fill()
      return smaller
    }
  }

  // MARK: - As a command

  func reproduction(of failure: Failure<Manner>, in folder: String) throws -> String {
    let (layout, planner) = (failure.manner.layout, failure.manner.planner)
    func write(_ values: [Float], _ shape: [Int], _ name: String) throws {
      try Tensor(arranging: values, shape: shape, in: layout).write(
        toNPYFile: "\(folder)/\(name).npy")
    }
    try write(layer.x, layer.inputShape, "x")
    try Tensor(layer.w, shape: layer.weightShape).write(toNPYFile: "\(folder)/w.npy")
    var words = ["convolve apply --transpose --input \(folder)/x.npy --weights \(folder)/w.npy"]
    if let bias = layer.bias {
      try Tensor(bias, shape: [bias.count]).write(toNPYFile: "\(folder)/b.npy")
      words.append("--bias \(folder)/b.npy")
    }
    if let residual = layer.residual {
      try write(residual, TransposedReference(layer).shape, "r")
      words.append("--residual \(folder)/r.npy")
    }
    func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ",") }
    words += [
      layer.padding.options, "--layout \(layout) --groups \(layer.groups)",
      "--stride \(list(layer.stride)) --dilation \(list(layer.dilation))",
      "--activation \(layer.activation)",
    ]
    if let region = failure.manner.region { words.append(regionOption(region)) }
    return try (words + planner.words(folder) + ["--output \(folder)/y.npy"])
      .joined(separator: " ")
  }
}

func regionOption(_ region: [Range<Int>]) -> String {
  "--region " + region.map { "\($0.lowerBound):\($0.upperBound)" }.joined(separator: ",")
}

extension Planner {
  /// Writes the cost model, and returns the options that say the same.
  func words(_ folder: String) throws -> [String] {
    var words = [
      "--threads \(threads ?? 1) --accuracy \(accuracy) --algorithm \(algorithm)",
      "--isa \(instructionSet ?? Machine.instructionSet)",
    ]
    if let costModel {
      try costModel.write(toFile: "\(folder)/cost-model.txt")
      words.append("--cost-model \(folder)/cost-model.txt")
    }
    return words
  }
}

extension TransposedPadding {
  /// The options of a command line that say the same.
  fileprivate var options: String {
    func list(_ option: String, _ numbers: [Int]) -> String {
      numbers.isEmpty ? "" : " \(option) " + numbers.map(String.init).joined(separator: ",")
    }
    switch self {
    case .valid: return "--padding valid"
    case .same: return "--padding same"
    case .explicit(let amounts, let outputPadding):
      return "--pads \(Padding.explicit(amounts))" + list("--output-padding", outputPadding)
    case .halved(let extents, let oddSide, let outputPadding, let sense):
      return "--padding \(oddSide == .after ? "same-upper" : "same-lower")"
        + list("--output-shape", extents ?? []) + list("--output-padding", outputPadding)
        + " --onnx-sense \(sense)"
    }
  }
}
