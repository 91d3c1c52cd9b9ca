@_spi(Tools) import Convolution
import ConvolutionFiles
import Foundation
import LayerCases
import TestSupport

/// A convolution in every way that computes it in one layout on one instruction set: all of it, and on several threads, a
/// rectangle of it, or a rectangle from a window.
struct ConvolutionFuzz: FuzzCase {
  private var layer: LayerCase
  /// Of the data, and of threads and regions.
  private var seed: Int
  private var specials: Specials

  struct Manner {
    var setting: Setting
    var threads = 1
    var region: [Range<Int>]?
    var buffers = Plan.Buffers.whole
  }

  init(_ random: inout SplitMix64) {
    layer = LayerCase.fuzzed(&random, work: 30_000)
    seed = Int(random.next() >> 1)
    specials = .random(&random)
    fill()
  }

  var description: String { "\(layer) \(specials)" }

  /// Data of the layer's shapes.
  private mutating func fill() {
    var random = SplitMix64(seed: seed)
    layer = layer.filled(&random)
    specials.strew(into: &layer.x, &random)
    if random.once(in: 3) { specials.strew(into: &layer.w, &random) }
    if layer.bias != nil { specials.strew(into: &layer.bias!, &random) }
    if layer.residual != nil { specials.strew(into: &layer.residual!, &random) }
  }

  // MARK: - Right or wrong

  func failure(_ runs: inout Int) throws -> Failure<Manner>? {
    let reference = Reference(layer)
    let expected = ExpectedOutputs(
      values: reference.values, magnitudes: reference.magnitudes,
      terms: layer.weightShape[1...].reduce(1, *) + 2, data: [layer.x, layer.w])
    let made = try layer.layer()
    var random = SplitMix64(seed: seed + 1)
    let layout = Layout.allCases.randomElement(using: &random)!
    let set = InstructionSet.available.randomElement(using: &random)!
    for (setting, plan) in try layer.plansOfEveryKernel(made, layout, set) {
      runs += 1
      let output = try layer.run(plan)
      let difference =
        plan.winograd == nil
        ? expected.difference(output)
        : expected.difference(output, bound: 1.2 * Reference.bound(of: plan))
      if let difference { return Failure(manner: Manner(setting: setting), text: difference) }
      if let failure = try cut(made, setting, whole: output, &random, &runs) { return failure }
    }
    return nil
  }

  /// A part of the work, or all of it shared, gives the same bits.
  private func cut(
    _ made: ConvolutionLayer, _ setting: Setting, whole: [Float], _ random: inout SplitMix64,
    _ runs: inout Int
  ) throws -> Failure<Manner>? {
    var manner = Manner(setting: setting, threads: random.threads())
    let extents = Array(layer.outputShape[2...])
    if random.once(in: 2) {
      manner.region = random.region(of: extents)
      manner.buffers = random.pick(.whole, .region)
    }
    guard
      let plan = try layer.plan(
        made, setting, threads: manner.threads, region: manner.region, buffers: manner.buffers)
    else { return nil }
    runs += 1
    let outputs = [0..<layer.outputShape[0], 0..<layer.outputShape[1]]
    let region = outputs + (manner.region ?? extents.map { 0..<$0 })
    var expected = part(whole, of: layer.outputShape, region)
    let output: [Float]
    switch manner.buffers {
    case .region:
      output = try layer.window(plan.inputRegion, for: plan.region)
        .run(plan, outputShape: region.map(\.count))
    case .whole:
      var memory = Array(repeating: Float(-7), count: whole.count)
      try layer.run(plan, into: &memory)
      output = channelsFirst(memory, shape: layer.outputShape, from: plan.layout)
      var all = Array(repeating: Float(-7), count: whole.count)
      for (place, value) in zip(positions(of: region, in: layer.outputShape), expected) {
        all[place] = value
      }
      expected = all
    }
    return firstDifference(output, expected).map {
      Failure(
        manner: manner,
        text: "\(manner.threads) threads, region \(region[2...]), \(manner.buffers): \($0)")
    }
  }

  // MARK: - Smaller

  var smaller: [ConvolutionFuzz] {
    var cases: [ConvolutionFuzz] = layer.smaller.map {
      var smaller = self
      smaller.layer = $0
      smaller.fill()
      return smaller
    }
    if specials != .none {
      var plain = self
      plain.specials = .none
      plain.fill()
      cases.insert(plain, at: 0)
    }
    return cases
  }

  // MARK: - As a command

  func reproduction(of failure: Failure<Manner>, in folder: String) throws -> String {
    let manner = failure.manner
    let setting = manner.setting
    let times = "\(folder)/times.txt"
    try? FileManager.default.removeItem(atPath: times)
    try layer.measuredTimes(of: setting.way!, setting).write(toFile: times)
    var words = try layer.words(folder, setting.layout)
    words += [
      "--accuracy fast", "--isa \(setting.instructionSet)", "--times \(times)",
      "--threads \(manner.threads)",
    ]
    if let region = manner.region { words.append(regionOption(region)) }
    return (["convolve apply"] + words + ["--output \(folder)/y.npy"]).joined(separator: " ")
  }
}

/// The first place where two lists have other bits, NaN aside; nil: there is none.
func firstDifference(_ output: [Float], _ expected: [Float]) -> String? {
  guard output.count == expected.count else {
    return "\(output.count) elements, not \(expected.count)"
  }
  return output.indices.first { place in
    let (a, b) = (output[place], expected[place])
    return a.bitPattern != b.bitPattern && !(a.isNaN && b.isNaN)
  }.map { "element \($0) of \(output.count) is \(output[$0]), not \(expected[$0])" }
}
