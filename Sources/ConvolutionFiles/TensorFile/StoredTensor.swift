import Convolution

/// A tensor of a file: what it is, and where its elements lie, which nobody has read yet.
struct StoredTensor: Sendable {
  let name: String
  let shape: [Int]
  let element: TensorElement
  var isBigEndian = false
  /// From one element to the next along each axis, in elements; nil for C order.
  var strides: [Int]?
  /// The bytes from the first element on, read or unpacked when asked for.
  let bytes: @Sendable () throws(ConvolutionError) -> FileBytes

  /// Bytes that every file may take besides four times its size.
  private static let slack = 1 << 20

  /// All elements as 32-bit floats in C order. Numbers that no 32-bit float is are rounded to the nearest.
  ///
  /// - Throws: `.unsupportedFile` for elements that are no numbers or not all there, `.integerOverflow`, `.outOfMemory`.
  func tensor() throws(ConvolutionError) -> Tensor {
    try element.withNumbers(of: name) { (type) throws(ConvolutionError) in
      try tensor(of: type)
    }
  }

  private func tensor<Number: StoredNumber>(
    of type: Number.Type
  ) throws(ConvolutionError) -> Tensor {
    let count = try Checked.elementCount(shape, argument: name)
    let bytes = try bytes()
    let size = MemoryLayout<Number.Bits>.size
    if let strides {
      try check(strides, bytes, size)
    } else {
      let length = try Checked.multiply(count, size, argument: name)
      guard bytes.count >= length else {
        throw bytes.malformed(
          "\(bytes.count) bytes of elements", expected: "\(length), for the shape \(shape)")
      }
    }
    var tensor = try Tensor(uninitializedShape: shape)
    tensor.withUnsafeMutableBufferPointer { elements in
      bytes.withUnsafeBytes { bytes in
        if let strides {
          copyStrided(type, bytes, strides, into: elements)
        } else {
          copy(type, bytes, into: elements)
        }
      }
    }
    return tensor
  }

  /// That every element lies in the bytes, and that they are not far more than the bytes.
  private func check(
    _ strides: [Int], _ bytes: FileBytes, _ size: Int
  ) throws(ConvolutionError) {
    guard !shape.contains(0) else { return }
    var last = 0
    for (extent, stride) in zip(shape, strides) {
      guard stride >= 0 else {
        throw bytes.malformed("the strides \(strides)", expected: "none below 0")
      }
      last = try Checked.add(
        last, Checked.multiply(extent - 1, stride, argument: name), argument: name)
    }
    let length = try Checked.multiply(
      Checked.add(last, 1, argument: name), size, argument: name)
    guard strides.count == shape.count, bytes.count >= length else {
      throw bytes.malformed(
        "\(bytes.count) bytes of elements",
        expected: "\(length), for the shape \(shape) in strides of \(strides)")
    }
    let count = try Checked.elementCount(shape, argument: name)
    guard count <= bytes.count + Self.slack / 4 else {
      throw bytes.malformed(
        "\(count) elements that lie on each other in \(bytes.count) bytes",
        expected: "a tensor of no more than four times its file")
    }
  }

  private func copy<Number: StoredNumber>(
    _ type: Number.Type, _ bytes: UnsafeRawBufferPointer,
    into elements: UnsafeMutableBufferPointer<Float>
  ) {
    guard Number.self != Float.self || isBigEndian else {
      return UnsafeMutableRawBufferPointer(elements).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[..<(4 * elements.count)]))
    }
    let size = MemoryLayout<Number.Bits>.size
    for index in elements.indices {
      elements[index] = number(type, bytes, at: index * size)
    }
  }

  private func copyStrided<Number: StoredNumber>(
    _ type: Number.Type, _ bytes: UnsafeRawBufferPointer, _ strides: [Int],
    into elements: UnsafeMutableBufferPointer<Float>
  ) {
    let size = MemoryLayout<Number.Bits>.size
    var place = 0
    var indices = [Int](repeating: 0, count: shape.count)
    for index in elements.indices {
      elements[index] = number(type, bytes, at: place * size)
      for axis in shape.indices.reversed() {
        indices[axis] += 1
        place += strides[axis]
        if indices[axis] < shape[axis] { break }
        place -= indices[axis] * strides[axis]
        indices[axis] = 0
      }
    }
  }

  @inline(__always)
  private func number<Number: StoredNumber>(
    _ type: Number.Type, _ bytes: UnsafeRawBufferPointer, at place: Int
  ) -> Float {
    let bits = bytes.loadUnaligned(fromByteOffset: place, as: Number.Bits.self)
    return Number.float(
      isBigEndian ? Number.Bits(bigEndian: bits) : Number.Bits(littleEndian: bits))
  }
}
