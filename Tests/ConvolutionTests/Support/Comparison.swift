extension Reference {
  /// What ``relativeError(_:)`` of a correct result is below.
  ///
  /// A float32 sum of products errs by some roundings (2^-24 each) of partial sums, which the sum of the absolute values
  /// of its terms bounds; so the error is measured by the largest such sum of the layer. It stays near 1e-7 of it, while
  /// one wrong tap or channel is some 1e-4 of it or more. Activations have slopes of at most 1.13; where sums are small,
  /// their own rounding counts, measured by the largest output.
  static let bound = 1e-6

  /// The largest error of `output`, N C \*spatial; infinite where it is NaN or has another count.
  func relativeError(_ output: [Float]) -> Double {
    let error = largestDifference(output, values)
    return error == 0 ? 0 : error / max(magnitude, values.lazy.map(abs).max() ?? 0)
  }
}

/// The largest absolute difference; infinite where one is NaN or the counts differ.
private func largestDifference(_ a: [Float], _ b: [Double]) -> Double {
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

/// What bit-for-bit comparisons compare: `==` takes -0 for 0, and no NaN for itself.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
