/// 32-bit floats with a shape: a value, copied when it is written to while shared.
///
/// Memory begins on a 64-byte boundary, the last axis is contiguous. An image batch has the shape N C \*spatial or
/// N \*spatial C; which of them is said where it is used (``Layout``).
public struct Tensor: Sendable {
  /// The extents, outermost first, in the order of memory.
  public let shape: [Int]
  private var storage: AlignedMemory<Float>

  /// A tensor with every element set to `value`.
  ///
  /// - Throws: `.nonPositiveSize` for a negative extent, `.integerOverflow` or
  ///   `.outOfMemory` for a shape too large.
  public init(repeating value: Float = 0, shape: [Int]) throws(ConvolutionError) {
    try self.init(uninitializedShape: shape)
    storage.buffer.update(repeating: value)
  }

  /// A tensor with a copy of `elements`, in the order of memory.
  ///
  /// - Throws: `.wrongBufferSize` when `elements` are not as many as `shape` has; else as ``init(repeating:shape:)``.
  public init(_ elements: [Float], shape: [Int]) throws(ConvolutionError) {
    try self.init(copying: elements.span, shape: shape)
  }

  /// A tensor with a copy of `elements`, in the order of memory.
  ///
  /// - Throws: as ``init(_:shape:)``.
  public init(copying elements: Span<Float>, shape: [Int]) throws(ConvolutionError) {
    try self.init(uninitializedShape: shape)
    guard elements.count == count else {
      throw ConvolutionError(
        .wrongBufferSize, argument: "elements", received: "\(elements.count) elements",
        expected: "\(count), the product of shape \(shape)")
    }
    let buffer = storage.buffer
    elements.withUnsafeBufferPointer { _ = buffer.update(fromContentsOf: $0) }
  }

  /// A tensor whose elements, zeros before, `initialize` writes.
  ///
  ///     let ramp = try Tensor(shape: [256]) { elements in
  ///       for i in elements.indices { elements[i] = Float(i) }
  ///     }
  ///
  /// - Throws: as ``init(repeating:shape:)``, and what `initialize` throws.
  public init(
    shape: [Int], initialize: (inout MutableSpan<Float>) throws(ConvolutionError) -> Void
  ) throws(ConvolutionError) {
    try self.init(repeating: 0, shape: shape)
    var elements = mutableSpan
    try initialize(&elements)
  }

  /// A tensor whose elements are to be written before they are read.
  package init(uninitializedShape shape: [Int]) throws(ConvolutionError) {
    if let extent = shape.first(where: { $0 < 0 }) {
      throw ConvolutionError(
        .nonPositiveSize, argument: "shape", received: "\(extent) in \(shape)",
        expected: "no negative extent")
    }
    self.shape = shape
    storage = try AlignedMemory(
      count: Checked.elementCount(shape, argument: "shape"), argument: "shape")
  }

  /// A tensor in memory that is there: as many floats as `shape` has. It is copied before it is written to.
  package init(sharing storage: AlignedMemory<Float>, shape: [Int]) {
    self.shape = shape
    self.storage = storage
  }
}

// MARK: - Elements

extension Tensor {
  /// The number of elements.
  public var count: Int { storage.buffer.count }

  /// A copy of the elements, in the order of memory.
  public var elements: [Float] { Array(storage.buffer) }

  /// The elements, in the order of memory.
  public var span: Span<Float> {
    @_lifetime(borrow self)
    get {
      _overrideLifetime(
        Span(_unsafeElements: UnsafeBufferPointer(storage.buffer)), borrowing: self)
    }
  }

  /// The elements, in the order of memory, for reading and writing.
  public var mutableSpan: MutableSpan<Float> {
    @_lifetime(&self)
    mutating get {
      makeUnique()
      // Swift 6.3's optimizer crashes where the buffer has no name.
      let buffer = storage.buffer
      return _overrideLifetime(MutableSpan(_unsafeElements: buffer), mutating: &self)
    }
  }

  /// The element at an index for each axis.
  ///
  /// - Precondition: as many indices as axes, each within its axis.
  public subscript(_ indices: Int...) -> Float {
    get { storage.buffer[offset(of: indices)] }
    set {
      makeUnique()
      storage.buffer[offset(of: indices)] = newValue
    }
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(indices.count == shape.count, "\(indices.count) indices of \(shape.count) axes")
    return zip(indices, shape).reduce(0) { offset, axis in
      precondition((0..<axis.1).contains(axis.0), "index \(axis.0) of an axis of \(axis.1)")
      return offset * axis.1 + axis.0
    }
  }

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
    makeUnique()
    defer { withExtendedLifetime(storage) {} }
    return try body(storage.buffer)
  }

  private mutating func makeUnique() {
    guard !isKnownUniquelyReferenced(&storage) else { return }
    // A copy of what is already there fails only where every other copy of a value in Swift would.
    let copy = try! AlignedMemory<Float>(count: count, argument: "copy")
    _ = copy.buffer.update(fromContentsOf: storage.buffer)
    storage = copy
  }
}

extension Tensor: Equatable {
  /// Same shape, equal elements.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.storage.buffer.elementsEqual(b.storage.buffer)
  }
}
