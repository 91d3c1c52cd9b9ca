extension NetworkTensor {
  /// A copy of a part.
  func box(from first: [Int], shape: [Int]) throws(NetworkError) -> NetworkTensor {
    let box = try NetworkTensor(uninitialized: TensorType(element, shape))
    copy(from: first, shape, to: box, at: shape.map { _ in 0 })
    return box
  }

  /// Copies a part into another tensor of the same elements, which nobody else has yet.
  func copy(from first: [Int], _ extents: [Int], to other: NetworkTensor, at place: [Int]) {
    guard !extents.contains(0) else { return }
    func step(_ tensor: NetworkTensor, _ axis: Int) -> Int {
      tensor.shape[(axis + 1)...].reduce(element.byteCount, *)
    }
    func copy(_ axis: Int, _ source: Int, _ target: Int) {
      guard axis < extents.count - 1 else {
        let bytes = (extents.last ?? 1) * element.byteCount
        let from = source + (first.last ?? 0) * element.byteCount
        let to = target + (place.last ?? 0) * element.byteCount
        other.mutableBytes.baseAddress!.advanced(by: to)
          .copyMemory(from: mutableBytes.baseAddress!.advanced(by: from), byteCount: bytes)
        return
      }
      let (from, to) = (step(self, axis), step(other, axis))
      for index in 0..<extents[axis] {
        copy(axis + 1, source + (first[axis] + index) * from, target + (place[axis] + index) * to)
      }
    }
    copy(0, 0, 0)
  }
}
