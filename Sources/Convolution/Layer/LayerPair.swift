/// A layer and another one on its output.
package struct LayerPair {
  package let first, second: ConvolutionLayer

  package init(first: ConvolutionLayer, second: ConvolutionLayer) {
    self.first = first
    self.second = second
  }

  /// The shape of the output for an input of `shape`, both in `layout`.
  ///
  /// - Throws: what ``ConvolutionLayer/outputShape(for:layout:)`` throws.
  func outputShape(for shape: [Int], layout: Layout) throws(ConvolutionError) -> [Int] {
    try second.outputShape(for: first.outputShape(for: shape, layout: layout), layout: layout)
  }

  /// The part of the input that a part of the output depends on.
  ///
  /// - Throws: what ``ConvolutionLayer/inputRegion(for:of:layout:)`` throws.
  func inputRegion(
    for region: [Range<Int>], of shape: [Int], layout: Layout
  ) throws(ConvolutionError) -> [Range<Int>] {
    let middle = try first.outputShape(for: shape, layout: layout)
    return try first.inputRegion(
      for: second.inputRegion(for: region, of: middle, layout: layout), of: shape, layout: layout)
  }
}
