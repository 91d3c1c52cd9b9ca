/// The largest absolute difference; infinite where one is NaN or the counts differ.
func largestDifference(_ a: [Float], _ b: [Double]) -> Double {
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
