import Convolution

/// A tensor of a file: what it is, and where its elements lie, which nobody has read yet.
package struct StoredTensor: Sendable {
  package let name: String
  package let shape: [Int]
  package let element: TensorElement
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
  package func tensor() throws(ConvolutionError) -> Tensor {
    try element.withNumbers(of: name) { (type) throws(ConvolutionError) in
      try tensor(of: type)
    }
  }

  private func tensor<Number: StoredNumber>(
    of type: Number.Type
  ) throws(ConvolutionError) -> Tensor {
    let bytes = try checkedBytes(MemoryLayout<Number.Bits>.size)
    var tensor = try Tensor(uninitializedShape: shape)
    tensor.withUnsafeMutableBufferPointer { elements in
      // Most weights are: no loop is as fast.
      if Number.self == Float.self, strides == nil, !isBigEndian {
        bytes.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(elements).copyBytes(from: $0.prefix(4 * elements.count))
        }
      } else {
        forEachElement(of: bytes) { (bits: Number.Bits, index) in
          elements[index] = Number.float(bits)
        }
      }
    }
    return tensor
  }

  /// Copies all elements as they are, in C order and in the order of bytes of this machine.
  ///
  /// - Parameter memory: as many bytes as the elements have.
  /// - Throws: as ``tensor()``.
  package func copyElements(
    into memory: UnsafeMutableRawBufferPointer
  ) throws(ConvolutionError) {
    try element.withNumbers(of: name) { (type) throws(ConvolutionError) in
      try copyElements(type, into: memory)
    }
  }

  private func copyElements<Number: StoredNumber>(
    _ type: Number.Type, into memory: UnsafeMutableRawBufferPointer
  ) throws(ConvolutionError) {
    let size = MemoryLayout<Number.Bits>.size
    forEachElement(of: try checkedBytes(size)) { (bits: Number.Bits, index) in
      memory.storeBytes(of: bits, toByteOffset: index * size, as: Number.Bits.self)
    }
  }

  /// The bytes, in which every element of `size` bytes lies.
  private func checkedBytes(_ size: Int) throws(ConvolutionError) -> FileBytes {
    let count = try Checked.elementCount(shape, argument: name)
    let bytes = try bytes()
    if let strides {
      try check(strides, bytes, size)
    } else {
      let length = try Checked.multiply(count, size, argument: name)
      guard bytes.count >= length else {
        throw bytes.malformed(
          "\(bytes.count) bytes of elements", expected: "\(length), for the shape \(shape)")
      }
    }
    return bytes
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

  /// Calls `body` with every element and its index in C order.
  @inline(__always)
  private func forEachElement<Bits: FixedWidthInteger & BitwiseCopyable>(
    of bytes: FileBytes, _ body: (Bits, Int) -> Void
  ) {
    let count = shape.reduce(1, *)
    let size = MemoryLayout<Bits>.size
    bytes.withUnsafeBytes { bytes in
      var place = 0
      var indices = [Int](repeating: 0, count: shape.count)
      for index in 0..<count {
        let bits = bytes.loadUnaligned(
          fromByteOffset: (strides == nil ? index : place) * size, as: Bits.self)
        body(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits), index)
        guard let strides else { continue }
        for axis in shape.indices.reversed() {
          indices[axis] += 1
          place += strides[axis]
          if indices[axis] < shape[axis] { break }
          place -= indices[axis] * strides[axis]
          indices[axis] = 0
        }
      }
    }
  }
}
