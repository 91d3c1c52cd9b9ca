import Convolution

/// A tensor of any element type that a network takes, gives or holds. It never changes.
public struct NetworkTensor: Sendable {
  public let type: TensorType
  /// Of floats, so that a ``Tensor`` can share it: as many as hold the bytes.
  let storage: AlignedMemory<Float>

  /// A tensor whose bytes are to be written before they are read.
  ///
  /// - Throws: `.shapeMismatch`, `.outOfMemory`.
  init(uninitialized type: TensorType) throws(NetworkError) {
    let type = try type.checked()
    self.type = type
    storage = try asNetworkError { () throws(ConvolutionError) in
      try AlignedMemory(count: (type.byteCount + 3) / 4, argument: "tensor")
    }
  }

  /// A tensor with a copy of `elements`, in the order of memory.
  ///
  /// - Throws: `.wrongBufferSize` when `elements` are not as many as `shape` has, `.shapeMismatch`, `.outOfMemory`.
  public init(_ elements: [Float], shape: [Int]) throws(NetworkError) {
    try self.init(copying: elements, TensorType(.float32, shape))
  }

  /// As ``init(_:shape:)-([Float],_)``.
  public init(_ elements: [Int64], shape: [Int]) throws(NetworkError) {
    try self.init(copying: elements, TensorType(.int64, shape))
  }

  /// As ``init(_:shape:)-([Float],_)``.
  public init(_ elements: [Int32], shape: [Int]) throws(NetworkError) {
    try self.init(copying: elements, TensorType(.int32, shape))
  }

  /// As ``init(_:shape:)-([Float],_)``.
  public init(_ elements: [UInt8], shape: [Int]) throws(NetworkError) {
    try self.init(copying: elements, TensorType(.uint8, shape))
  }

  /// As ``init(_:shape:)-([Float],_)``.
  public init(_ elements: [Bool], shape: [Int]) throws(NetworkError) {
    try self.init(copying: elements, TensorType(.bool, shape))
  }

  /// A tensor with a copy of another one's elements.
  ///
  /// - Throws: `.outOfMemory`.
  public init(_ tensor: Tensor) throws(NetworkError) {
    try self.init(uninitialized: TensorType(.float32, tensor.shape))
    tensor.withUnsafeBufferPointer { _ = storage.buffer.update(fromContentsOf: $0) }
  }

  /// A tensor of `value` everywhere.
  ///
  /// - Throws: `.shapeMismatch`, `.outOfMemory`.
  public init(repeating value: Float, shape: [Int]) throws(NetworkError) {
    try self.init(uninitialized: TensorType(.float32, shape))
    storage.buffer.update(repeating: value)
  }

  /// A tensor with a copy of as many floats as `shape` has.
  init(copying elements: UnsafeRawPointer?, _ shape: [Int]) throws(NetworkError) {
    try self.init(uninitialized: TensorType(.float32, shape))
    mutableBytes.copyMemory(
      from: UnsafeRawBufferPointer(start: elements, count: type.byteCount))
  }

  private init<Element: BitwiseCopyable>(
    copying elements: [Element], _ type: TensorType
  ) throws(NetworkError) {
    try self.init(uninitialized: type)
    guard elements.count == type.count else {
      throw NetworkError(
        .wrongBufferSize, argument: "elements", received: "\(elements.count) elements",
        expected: "\(type.count), the product of shape \(type.shape)")
    }
    elements.withUnsafeBytes { mutableBytes.copyMemory(from: $0) }
  }
}

// MARK: - Elements

extension NetworkTensor {
  public var element: ElementType { type.element }
  public var shape: [Int] { type.shape }
  var count: Int { type.count }

  /// To be written while nobody else has the tensor.
  var mutableBytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: storage.buffer.baseAddress, count: type.byteCount)
  }

  /// Calls `body` with the bytes, in the order of memory.
  public func withUnsafeBytes<Value, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeRawBufferPointer(mutableBytes))
  }

  /// The elements as floats, in the order of memory; true is 1.
  public var floats: [Float] {
    switch element {
    case .float32: array(of: Float.self)
    case .int64: array(of: Int64.self).map(Float.init)
    case .int32: array(of: Int32.self).map(Float.init)
    case .uint8, .bool: array(of: UInt8.self).map(Float.init)
    }
  }

  /// The elements as integers, in the order of memory; true is 1. nil for floats.
  public var integers: [Int]? {
    switch element {
    case .float32: nil
    case .int64: array(of: Int64.self).map { Int($0) }
    case .int32: array(of: Int32.self).map { Int($0) }
    case .uint8, .bool: array(of: UInt8.self).map { Int($0) }
    }
  }

  /// The same elements as a `Tensor`, in the same memory; nil for anything but floats.
  public var tensor: Tensor? {
    element == .float32 ? Tensor(sharing: storage, shape: shape) : nil
  }

  /// The same elements under another shape of as many.
  func reshaped(_ shape: [Int]) -> NetworkTensor {
    NetworkTensor(type: TensorType(element, shape), storage: storage)
  }

  private init(type: TensorType, storage: AlignedMemory<Float>) {
    self.type = type
    self.storage = storage
  }

  func array<Element: BitwiseCopyable>(of type: Element.Type) -> [Element] {
    withUnsafeBytes { Array($0.bindMemory(to: Element.self)) }
  }
}

extension NetworkTensor: Equatable {
  /// Same type, same bytes.
  public static func == (a: NetworkTensor, b: NetworkTensor) -> Bool {
    a.type == b.type && a.mutableBytes.elementsEqual(b.mutableBytes)
  }
}
