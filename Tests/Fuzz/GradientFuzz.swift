@_spi(Tools) import Convolution
import ConvolutionFiles
import LayerCases
import TestSupport

/// The gradients of a convolution in both layouts, on every instruction set.
struct GradientFuzz: FuzzCase {
  private var layer: LayerCase
  private let seed: Int
  private var outputGradient: [Float] = []

  struct Manner {
    let layout: Layout
    let planner: Planner
  }

  init(_ random: inout SplitMix64) {
    layer = random.once(in: 12) ? .fuzzedForPoints(&random) : .fuzzed(&random, work: 6_000)
    layer.activation = random.pick(.identity, .identity, .sigmoid, .tanh, .silu, .gelu)
    seed = Int(random.next() >> 1)
    fill()
  }

  var description: String { "gradients of \(layer)" }

  private mutating func fill() {
    var random = SplitMix64(seed: seed)
    layer = layer.filled(&random)
    outputGradient = random.floats(layer.outputShape.reduce(1, *))
  }

  func failure(_ runs: inout Int) throws -> Failure<Manner>? {
    let reference = GradientReference(layer, outputGradient: outputGradient)
    let pixels = layer.outputShape[0] * layer.outputShape[2...].reduce(1, *)
    let made = try layer.layer()
    var random = SplitMix64(seed: seed + 1)
    for layout in Layout.allCases {
      let x = try layer.input(in: layout)
      let dy = try Tensor(arranging: outputGradient, shape: layer.outputShape, in: layout)
      let residual = try layer.residual(in: layout)
      do {
        let set = InstructionSet.available.randomElement(using: &random)!
        let accuracy = random.pick(Accuracy.exactOrder, .fast)
        let planner = Planner(
          threads: random.threads(), accuracy: accuracy, instructionSet: set,
          costModel: .random(&random, on: set))
        let plan = try made.gradients(for: x.shape, layout: layout, with: planner)
        let output =
          plan.needsOutput
          ? try made.plan(for: x.shape, layout: layout, with: planner).run(x, residual: residual)
          : nil
        let gradients = try plan.run(x, outputGradient: dy, output: output, residual: residual)
        let isExact = accuracy == .exactOrder && layer.activation == .identity
        let parts: [(String, [Float], GradientReference.Sums, Int)] = [
          (
            "input",
            channelsFirst(gradients.input!.elements, shape: layer.inputShape, from: layout),
            reference.input, layer.w.count / layer.weightShape[1]
          ),
          ("weights", gradients.weights!.elements, reference.weights, pixels),
          ("bias", gradients.bias!.elements, reference.bias, pixels),
        ]
        for (name, values, sums, terms) in parts {
          runs += 1
          let expected = ExpectedOutputs(
            values: sums.values, magnitudes: sums.magnitudes, terms: terms, data: [])
          let difference =
            isExact ? expected.difference(values) : expected.difference(values, bound: 4e-5)
          if let difference {
            return Failure(
              manner: Manner(layout: layout, planner: planner), text: "\(name): \(difference)")
          }
        }
      }
    }
    return nil
  }

  var smaller: [GradientFuzz] {
    layer.smaller.map {
      var smaller = self
      smaller.layer = $0
      smaller.fill()
      return smaller
    }
  }

  func reproduction(of failure: Failure<Manner>, in folder: String) throws -> String {
    let layout = failure.manner.layout
    try Tensor(arranging: outputGradient, shape: layer.outputShape, in: layout)
      .write(toNPYFile: "\(folder)/dy.npy")
    let words =
      try ["convolve gradient --output-gradient \(folder)/dy.npy"] + layer.words(folder, layout)
      + failure.manner.planner.words(folder)
    let results = ["input", "weight", "bias"].map { "--\($0)-gradient \(folder)/d-\($0).npy" }
    return (words + results).joined(separator: " ")
  }
}
