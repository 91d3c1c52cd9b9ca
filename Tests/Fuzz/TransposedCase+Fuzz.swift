import Convolution
import LayerCases
import TestSupport

extension TransposedCase {
  /// A random layer without data, of at most `work` multiply-adds.
  static func fuzzed(_ random: inout SplitMix64, work: Int) -> TransposedCase {
    while true {
      let layer = draw(&random)
      let output = TransposedReference.outputExtents(of: layer)
      let products = layer.inputShape.reduce(1, *) * layer.weightShape[1...].reduce(1, *)
      guard output.allSatisfy({ $0 > 0 && $0 < 3000 }), products <= work,
        layer.inputShape[0] * layer.outputChannels * output.reduce(1, *) <= 20_000
      else { continue }
      return layer
    }
  }

  private static func draw(_ random: inout SplitMix64) -> TransposedCase {
    let rank = Int.random(in: 1...3, using: &random)
    let groups = random.once(in: 2) ? 1 : random.skewed(1...100)
    let inputs = random.skewed(1...(200 / groups))
    let outputs = random.skewed(1...(200 / groups))
    func numbers(_ range: ClosedRange<Int>, _ random: inout SplitMix64) -> [Int] {
      (0..<rank).map { _ in random.skewed(range) }
    }
    let amounts = zip(numbers(-2...6, &random), numbers(-2...6, &random)).map {
      PaddingAmount(before: $0, after: $1)
    }
    let outputPadding = numbers(0...3, &random)
    let extents = numbers(1...70, &random)
    let padding: TransposedPadding = random.pick(
      .valid, .same, .sameLower, .explicit(amounts, outputPadding: outputPadding),
      .explicit(amounts, outputPadding: []), .halved(oddSide: .after),
      .halved(extents: extents, oddSide: .before),
      .halved(
        extents: extents, oddSide: .after, outputPadding: outputPadding, sense: .onnxruntime))
    return TransposedCase(
      inputShape: [random.pick(1, 1, 1, 2, 3), groups * inputs]
        + numbers(1...[70, 40, 12][rank - 1], &random),
      weightShape: [groups * inputs, outputs] + numbers(1...[16, 7, 4][rank - 1], &random),
      stride: numbers(1...(random.once(in: 8) ? 40 : 4), &random),
      dilation: numbers(1...(random.once(in: 8) ? 40 : 3), &random), groups: groups,
      padding: padding, activation: .fuzzed(&random), x: [], w: [],
      bias: random.once(in: 2) ? [] : nil, residual: random.once(in: 3) ? [] : nil)
  }

  /// With random data.
  func filled(_ random: inout SplitMix64) -> TransposedCase {
    var filled = self
    let terms = Float(weightShape[0] / groups)
    filled.x = random.floats(inputShape.reduce(1, *))
    filled.w = random.floats(weightShape.reduce(1, *), scale: 4 / terms.squareRoot())
    if bias != nil { filled.bias = random.floats(outputChannels) }
    if residual != nil {
      let outputs = TransposedReference.outputExtents(of: self).reduce(1, *)
      filled.residual = random.floats(inputShape[0] * outputChannels * outputs)
    }
    return filled
  }

  /// The layer with nothing but the samples in `read` and the residual in `region` of an output of `shape`.
  func window(
    _ read: [Range<Int>], for region: [Range<Int>], of shape: [Int]
  ) -> TransposedCase {
    let inputs = [0..<inputShape[0], 0..<inputShape[1]] + read
    var window = self
    window.x = part(x, of: inputShape, inputs)
    window.inputShape = inputs.map(\.count)
    window.residual = residual.map {
      part($0, of: shape, [0..<shape[0], 0..<shape[1]] + region)
    }
    return window
  }

  /// Layers with less in them, without data of their sizes.
  var smaller: [TransposedCase] {
    var layers: [TransposedCase] = []
    func add(_ change: (inout TransposedCase) -> Void) {
      var layer = self
      change(&layer)
      let output = TransposedReference.outputExtents(of: layer)
      if layer.description != description, output.allSatisfy({ $0 > 0 }) { layers.append(layer) }
    }
    add { $0.bias = nil }
    add { $0.residual = nil }
    add { $0.activation = .identity }
    add { $0.padding = .valid }
    add { $0.inputShape[0] = 1 }
    let inputs = weightShape[0] / groups
    for less in Set([1, groups / 2]) where less > 0 {
      add {
        $0.groups = less
        $0.inputShape[1] = less * inputs
        $0.weightShape[0] = less * inputs
      }
    }
    for less in Set([1, inputs / 2, inputs - 1]) where less > 0 {
      add {
        $0.inputShape[1] = $0.groups * less
        $0.weightShape[0] = $0.groups * less
      }
    }
    for less in Set([1, weightShape[1] / 2, weightShape[1] - 1]) where less > 0 {
      add { $0.weightShape[1] = less }
    }
    for axis in 0..<rank {
      for path in [
        \TransposedCase.stride[axis], \.dilation[axis], \.inputShape[2 + axis],
        \.weightShape[2 + axis],
      ] {
        let value = self[keyPath: path]
        for less in Set([1, value / 2, value - 1]) where less > 0 {
          add { $0[keyPath: path] = less }
        }
      }
    }
    return layers
  }
}
