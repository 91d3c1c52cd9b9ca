@_spi(Tools) import Convolution

/// Plain float64 gradients of a convolution: every product of the sums goes back to its sample and its weight.
package struct GradientReference {
  /// N C \*spatial, O I/groups \*kernel, and one an output channel.
  package let input, weights, bias: Sums

  /// Sums and what rounding errors are measured by: the sums of their terms' absolute values. A slope that is taken from a
  /// rounded output errs by 2^-23 however small it is, so a term counts as if its slope were 1/256 at least.
  package struct Sums {
    package private(set) var values, magnitudes: [Double]

    fileprivate init(count: Int) {
      values = Array(repeating: 0, count: count)
      magnitudes = values
    }

    /// Adds `factor` times an output's gradient before its activation.
    fileprivate mutating func add(_ factor: Double, times gradient: Gradient, at place: Int) {
      values[place] += factor * gradient.value
      magnitudes[place] += abs(factor) * gradient.magnitude
    }
  }

  /// - Parameter outputGradient: N C \*spatial.
  package init(_ layer: LayerCase, outputGradient: [Float]) {
    var linear = layer
    linear.activation = .identity
    let sums = Reference(linear)
    let missing = Array(repeating: 1, count: 3 - layer.rank)
    let extents: [Int] = missing + layer.inputShape[2...]
    let output: [Int] = missing + layer.outputShape[2...]
    let kernel: [Int] = missing + layer.weightShape[2...]
    let taps = layer.taps
    let (inputs, outputs) = (layer.weightShape[1], layer.weightShape[0] / layer.groups)
    var (dx, dw, db) = (
      Sums(count: layer.x.count), Sums(count: layer.w.count), Sums(count: layer.weightShape[0])
    )
    for place in sums.values.indices {
      let dz = Gradient(
        Double(outputGradient[place]), through: layer.activation, at: sums.values[place])
      let x = place % output[2]
      let y = place / output[2] % output[1]
      let z = place / (output[2] * output[1]) % output[0]
      let channel = place / output.reduce(1, *) % layer.weightShape[0]
      let image = place / output.reduce(1, *) / layer.weightShape[0]
      db.add(1, times: dz, at: channel)
      for kz in 0..<kernel[0] {
        for ky in 0..<kernel[1] {
          for kx in 0..<kernel[2] {
            let read = [taps[0][z][kz], taps[1][y][ky], taps[2][x][kx]]
            // Of several axes that read a constant, the last one's is read.
            var constant: Double?
            var sample = 0
            for axis in 0..<3 {
              switch read[axis] {
              case .sample(let index): sample = sample * extents[axis] + index
              case .constant(let value): constant = Double(value)
              }
            }
            for i in 0..<inputs {
              let weight = ((channel * inputs + i) * kernel[0] + kz) * kernel[1] + ky
              let w = weight * kernel[2] + kx
              if let constant {
                if constant != 0 { dw.add(constant, times: dz, at: w) }
                continue
              }
              let plane = image * layer.inputShape[1] + channel / outputs * inputs + i
              let at = plane * extents.reduce(1, *) + sample
              dw.add(Double(layer.x[at]), times: dz, at: w)
              dx.add(Double(layer.w[w]), times: dz, at: at)
            }
          }
        }
      }
    }
    (input, weights, bias) = (dx, dw, db)
  }
}

/// The gradient of a sum before its activation.
private struct Gradient {
  let value, magnitude: Double

  init(_ outputGradient: Double, through activation: Activation, at sum: Double) {
    let slope = activation.slope(at: sum)
    value = outputGradient * slope
    magnitude = abs(outputGradient) * (activation == .identity ? 1 : max(abs(slope), 0x1p-8))
  }
}

/// What a tap of one axis reads.
private enum Tap {
  case sample(Int)
  case constant(Float)
}

extension LayerCase {
  /// Of depth, height and width: output x tap.
  fileprivate var taps: [[[Tap]]] {
    let given = (0..<rank).map { axis in
      let amount = paddingAmount(axis: axis)
      let padded = NumpyPad.indices(
        extent: inputShape[2 + axis], before: amount.before, after: amount.after,
        border: border[axis])
      return (0..<outputShape[2 + axis]).map { output in
        (0..<weightShape[2 + axis]).map { tap -> Tap in
          padded[output * stride[axis] + tap * dilation[axis]].map { .sample($0) }
            ?? .constant(border[axis].constantValue ?? 0)
        }
      }
    }
    return Array(repeating: [[.sample(0)]], count: 3 - rank) + given
  }
}

extension Activation {
  /// The slope at a place without a kink.
  fileprivate func slope(at x: Double) -> Double {
    self == .identity ? 1 : (reference(x + 0x1p-17) - reference(x - 0x1p-17)) / 0x1p-16
  }
}
