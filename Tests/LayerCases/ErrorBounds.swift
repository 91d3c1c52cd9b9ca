import Convolution

extension Reference {
  /// What ``relativeError(_:)`` of a correct result of `plan` is below.
  package static func bound(of plan: Plan) -> Double { bound(of: plan.winograd) }

  /// The same for a form of Winograd's; nil: summed directly.
  package static func bound(of form: WinogradForm?) -> Double { form.map(winogradBound) ?? bound }

  /// What ``relativeError(_:)`` of a correct result is below, summed directly.
  ///
  /// A float32 sum of products errs by some roundings (2^-24 each) of partial sums, which the sum of the absolute values
  /// of its terms bounds; so the error is measured by the largest such sum of the layer. It stays near 1e-7 of it, while
  /// one wrong tap or channel is some 1e-4 of it or more. Activations have slopes of at most 1.13; where sums are small,
  /// their own rounding counts, measured by the largest output.
  package static let bound = 1e-6

  /// The same for Winograd.
  ///
  /// A tile's samples and sums are combined with factors that grow with the number of points and nearly cancel out. Over
  /// thousands of random layers the error reached 0.2e-6 with 4 points, 0.5e-6 with 6 and 1.2e-6 with 8; where two axes
  /// are transformed, 1.1e-6 with 6 x 6 and 4.5e-6 with 8 x 8. It is largest with one input channel.
  package static func winogradBound(_ form: WinogradForm) -> Double {
    form.points.reduce(bound) { $0 * [1: 1, 4: 1, 6: 2, 8: 4][$1]! }
  }

  /// The largest error of `output`, N C \*spatial; infinite where it is NaN or has another count.
  package func relativeError(_ output: [Float]) -> Double {
    let error = largestDifference(output, values)
    return error == 0 ? 0 : error / max(magnitude, largest)
  }
}

/// The largest absolute difference; infinite where one is NaN or the counts differ.
package func largestDifference(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      var largest = 0.0
      var index = 0
      while index < a.count {
        let difference = abs(Double(a[index]) - b[index])
        if difference.isNaN { return .infinity }
        if difference > largest { largest = difference }
        index &+= 1
      }
      return largest
    }
  }
}
