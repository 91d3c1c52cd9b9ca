import CConvolution

/// 32-bit floats with a shape and a layout: a value, copied when it is written to while shared.
///
/// Memory begins on a 64-byte boundary. An image batch has the shape N C \*spatial or N \*spatial C, as `layout` says.
/// For weights and bias the layout has no meaning.
public struct Tensor: Sendable {
  /// The extents, outermost first, in the order of memory.
  public let shape: [Int]
  /// What the axes of an image batch are.
  public let layout: Layout
  private var storage: AlignedMemory<Float>

  /// A tensor with every element set to `value`.
  ///
  /// - Throws: `.nonPositiveSize` for a negative extent, `.integerOverflow` or
  ///   `.outOfMemory` for a shape too large.
  public init(
    repeating value: Float = 0, shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) {
    try self.init(uninitializedShape: shape, layout: layout)
    storage.buffer.update(repeating: value)
  }

  /// A tensor with a copy of `elements`, in the order of memory.
  ///
  /// - Throws: `.wrongBufferSize` when `elements` are not as many as `shape` has; else as ``init(repeating:shape:layout:)``.
  public init(
    _ elements: [Float], shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) {
    let tensor = elements.withUnsafeBufferPointer { buffer in
      Result { () throws(ConvolutionError) in
        try Tensor(copying: buffer, shape: shape, layout: layout)
      }
    }
    self = try tensor.get()
  }

  /// A tensor with a copy of `elements`, in the order of memory.
  ///
  /// - Throws: as ``init(_:shape:layout:)``.
  public init(
    copying elements: UnsafeBufferPointer<Float>, shape: [Int], layout: Layout = .channelsFirst
  ) throws(ConvolutionError) {
    try self.init(uninitializedShape: shape, layout: layout)
    guard elements.count == count else {
      throw ConvolutionError(
        .wrongBufferSize, argument: "elements", received: "\(elements.count) elements",
        expected: "\(count), the product of shape \(shape)")
    }
    _ = storage.buffer.update(fromContentsOf: elements)
  }

  /// A tensor whose elements are to be written before they are read.
  init(uninitializedShape shape: [Int], layout: Layout) throws(ConvolutionError) {
    if let extent = shape.first(where: { $0 < 0 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: "shape", received: "\(extent) in \(shape)",
        expected: "no negative extent")
    }
    self.shape = shape
    self.layout = layout
    storage = try AlignedMemory(
      count: Checked.elementCount(shape, argument: "shape"), argument: "shape")
  }

  /// The number of elements.
  public var count: Int { storage.buffer.count }

  /// A copy of the elements, in the order of memory.
  public var elements: [Float] { Array(storage.buffer) }

  /// Calls `body` with the elements, in the order of memory.
  public func withUnsafeBufferPointer<Value, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(storage.buffer))
  }

  /// Calls `body` with the elements, in the order of memory, for reading and writing.
  public mutating func withUnsafeMutableBufferPointer<Value, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    if !isKnownUniquelyReferenced(&storage) {
      // A copy of what is already there fails only where every other copy of a value in Swift would.
      let copy = try! AlignedMemory<Float>(count: count, argument: "copy")
      _ = copy.buffer.update(fromContentsOf: storage.buffer)
      storage = copy
    }
    defer { withExtendedLifetime(storage) {} }
    return try body(storage.buffer)
  }
}

extension Tensor: Equatable {
  /// Same shape, same layout, equal elements.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.layout == b.layout && a.storage.buffer.elementsEqual(b.storage.buffer)
  }
}
