/// Integer arithmetic on sizes that reports overflow instead of trapping.
package enum Checked {
  package static func add(_ a: Int, _ b: Int, argument: String) throws(ConvolutionError) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    if overflow { throw failure(argument, "\(a) + \(b)") }
    return sum
  }

  package static func multiply(_ a: Int, _ b: Int, argument: String) throws(ConvolutionError) -> Int
  {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { throw failure(argument, "\(a) x \(b)") }
    return product
  }

  /// The number of elements of `shape`; its bytes as 32-bit floats are checked to fit as well.
  package static func elementCount(_ shape: [Int], argument: String) throws(ConvolutionError) -> Int
  {
    if shape.contains(0) { return 0 }
    var count = 1
    for extent in shape { count = try multiply(count, extent, argument: argument) }
    _ = try multiply(count, MemoryLayout<Float>.stride, argument: argument)
    return count
  }

  private static func failure(_ argument: String, _ computed: String) -> ConvolutionError {
    ConvolutionError(
      .integerOverflow, argument: argument, received: computed,
      expected: "a size that fits into 64 bits")
  }
}
