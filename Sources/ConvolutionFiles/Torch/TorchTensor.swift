import Convolution

/// Elements that tensors of a PyTorch file are views of.
struct TorchStorage: Sendable {
  let type: TorchType
  /// What the file calls it.
  let key: String
  /// The elements of the whole that it is a part of.
  let count: Int
  /// Where it begins in the whole, in elements.
  var start = 0
}

/// A view of a storage.
struct TorchTensor: Sendable {
  let storage: TorchStorage
  let type: TorchType
  /// Of the first element, in elements of its type from the front of the storage's whole.
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// Axes that any tensor has at most.
  static let highestRank = 64

  /// - Parameter bytes: of the storage's whole.
  func stored(
    name: String, isBigEndian: Bool,
    bytes: @escaping @Sendable () throws(ConvolutionError) -> FileBytes
  ) -> StoredTensor {
    let (start, isTooFar) = offset.multipliedReportingOverflow(by: type.size)
    return StoredTensor(
      name: name, shape: shape, element: type.element, isBigEndian: isBigEndian,
      strides: isDense ? nil : strides
    ) { () throws(ConvolutionError) in
      let bytes = try bytes()
      guard !isTooFar, start <= bytes.count || shape.contains(0) else {
        throw bytes.malformed(
          "a tensor that begins at element \(offset)", expected: "one within \(bytes.count) bytes")
      }
      return try bytes.part(from: min(start, bytes.count))
    }
  }

  /// Whether the elements lie in C order without gaps.
  private var isDense: Bool {
    if shape.contains(0) { return true }
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      guard stride == expected else { return false }
      let (product, isTooLarge) = expected.multipliedReportingOverflow(by: extent)
      if isTooLarge { return false }
      expected = product
    }
    return true
  }
}
