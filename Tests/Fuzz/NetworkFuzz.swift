@_spi(Tools) import Convolution
import ConvolutionFiles
import ConvolutionGraph
import LayerCases
import TestSupport

/// A small network with all its rewrites, in both layouts, against the same network without any.
struct NetworkFuzz: FuzzCase {
  private let shape: [Int]
  /// Of the steps, one each; a step does nothing where it does not fit.
  private var steps: [Int]

  struct Manner {
    let layout: Layout
    let planner: Planner
    let expected: NetworkTensor
    let input: NetworkTensor
  }

  init(_ random: inout SplitMix64) {
    let count = Int.random(in: 1...12, using: &random)
    shape = [
      random.pick(1, 1, 2), random.skewed(1...20), random.skewed(1...14), random.skewed(1...14),
    ]
    steps = (0..<count).map { _ in Int(random.next() >> 1) }
  }

  var description: String { "network of \(shape): \(network.operations.joined(separator: ", "))" }

  private var network: RandomNetwork { RandomNetwork(shape, steps: steps) }

  // MARK: - Right or wrong

  func failure(_ runs: inout Int) throws -> Failure<Manner>? {
    let bytes = network.bytes
    var random = SplitMix64(seed: steps.first ?? 0)
    let x = try NetworkTensor(random.floats(shape.reduce(1, *), scale: 2), shape: shape)
    func run(_ limit: Int?, _ layout: Layout, _ planner: Planner) throws -> NetworkTensor {
      runs += 1
      let plan = try Network(onnx: bytes, rewriteLimit: limit).plan(with: planner, layout: layout)
      return try plan.run(["x": x]).values.first!
    }
    let expected = try run(0, .channelsFirst, Planner(threads: 1, accuracy: .exactOrder))
    for layout in Layout.allCases {
      let set = InstructionSet.available.randomElement(using: &random)!
      let planner = Planner(
        threads: random.threads(), accuracy: .exactOrder,
        instructionSet: set, costModel: .random(&random, on: set))
      let manner = Manner(layout: layout, planner: planner, expected: expected, input: x)
      let output: NetworkTensor
      do {
        output = try run(nil, layout, planner)
      } catch {
        return Failure(manner: manner, text: "error: \(error)")
      }
      if let difference = difference(output, expected) {
        // The rewrite that makes the result wrong is the first of those without which it is right.
        let plan = try Network(onnx: bytes).plan(with: planner, layout: layout)
        let limit = (0...plan.rewrites.count).first {
          (try? self.difference(run($0, layout, planner), expected)) != .some(nil)
        }
        let rewrite = limit.map {
          $0 == 0 ? "no rewrite" : "rewrite \($0), \(plan.rewrites[$0 - 1])"
        }
        return Failure(manner: manner, text: "\(difference), with \(rewrite ?? "all")")
      }
    }
    return nil
  }

  private func difference(_ output: NetworkTensor, _ expected: NetworkTensor) -> String? {
    guard output.type == expected.type else { return "\(output.type), not \(expected.type)" }
    let (values, wanted) = (output.floats, expected.floats)
    let largest = wanted.reduce(1e-3) { $1.isFinite ? max($0, abs($1)) : $0 }
    return values.indices.first {
      let (a, b) = (values[$0], wanted[$0])
      return !(abs(a - b) <= 1e-4 * largest || a == b || (a.isNaN && b.isNaN))
    }.map { "output \($0) of \(values.count) is \(values[$0]), not \(wanted[$0])" }
  }

  // MARK: - Smaller

  var smaller: [NetworkFuzz] {
    steps.indices.map { index in
      var smaller = self
      smaller.steps.remove(at: index)
      return smaller
    }
  }

  // MARK: - As a command

  func reproduction(of failure: Failure<Manner>, in folder: String) throws -> String {
    let manner = failure.manner
    try write(network.bytes, to: "\(folder)/case.onnx")
    try manner.input.write(toNPYFile: "\(folder)/x.npy")
    try manner.expected.write(toNPYFile: "\(folder)/expected.npy")
    let words = [
      "convolve run \(folder)/case.onnx --input \(folder)/x.npy --output \(folder)/y.npy",
      "--layout \(manner.layout)",
    ]
    return try (words + manner.planner.words(folder)).joined(separator: " ")
  }
}
