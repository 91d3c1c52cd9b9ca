import Convolution

/// What each output of a layer may be: a float64 sum, give or take the roundings of its own terms.
package struct ExpectedOutputs {
  private let values, magnitudes: [Double]
  /// What rounding may add to an output, by its magnitude.
  private let rounding: Double
  /// Whether sums may be larger than a float in between.
  private let mayOverflow: Bool
  /// The largest sample times the largest weight, whether they meet or not.
  private let largestProduct: Double

  /// - Parameters:
  ///   - terms: of a sum.
  ///   - data: all that is multiplied.
  package init(values: [Double], magnitudes: [Double], terms: Int, data: [[Float]]) {
    self.values = values
    self.magnitudes = magnitudes
    // A sum of n terms of random signs errs by about the root of n roundings of the terms' absolute sum at most.
    rounding = (8 + 2 * Double(terms).squareRoot()) * 0x1p-24
    let largest = data.map { $0.reduce(0) { abs($1) < .infinity ? max($0, Double(abs($1))) : $0 } }
    mayOverflow = largest.reduce(Double(terms)) { $0 * max($1, 1) } > 1e36
    largestProduct = data.isEmpty ? 0 : largest.reduce(1, *)
  }

  /// The first output that it may not be, and how it differs; nil: there is none. Products are summed as they are.
  package func difference(_ output: [Float]) -> String? {
    guard output.count == values.count else {
      return "\(output.count) outputs, not \(values.count)"
    }
    return output.indices.first { !isRight(output[$0], $0) }.map { text(output, $0) }
  }

  /// The same where sums are rounded by the largest of their neighbours, and share infinities and NaN with them. A weight
  /// rounds them too where it meets nothing but a zero border.
  ///
  /// - Parameter bound: of the errors, by the largest magnitude or product.
  package func difference(_ output: [Float], bound: Double) -> String? {
    guard output.count == values.count else {
      return "\(output.count) outputs, not \(values.count)"
    }
    // Of larger ones, a sum with its bias and residual may be infinite.
    let isFinite = magnitudes.allSatisfy { $0 <= 1e37 }
    let largest = zip(magnitudes, values).reduce(largestProduct) { max($0, $1.0, abs($1.1)) }
    return output.indices.first { place in
      if values[place].isNaN { return !output[place].isNaN }
      guard isFinite, !mayOverflow else { return false }
      return !(abs(Double(output[place]) - values[place]) <= bound * largest + 1e-42)
    }.map { text(output, $0) }
  }

  private func isRight(_ output: Float, _ place: Int) -> Bool {
    let (value, magnitude) = (values[place], magnitudes[place])
    if value.isNaN { return output.isNaN }
    guard magnitude < .infinity else {
      return mayOverflow || Double(output) == value || isClose(output, value)
    }
    if magnitude > 1e37 { return true }
    // Activations have slopes of at most 1.13, and their own roundings, of numbers of about 1 where they bend.
    return abs(Double(output) - value)
      <= 1.13 * rounding * magnitude + 0x1p-20 * max(abs(value), min(magnitude, 1)) + 1e-42
  }

  /// What an activation makes of an infinity.
  private func isClose(_ output: Float, _ value: Double) -> Bool {
    abs(Double(output) - value) <= 1e-6 * abs(value)
  }

  private func text(_ output: [Float], _ place: Int) -> String {
    "output \(place) of \(output.count) is \(output[place]), not \(Float(values[place])), of terms \(Float(magnitudes[place]))"
  }
}
