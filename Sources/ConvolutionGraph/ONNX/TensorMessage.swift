import ConvolutionFiles

/// A tensor of a file: what it says of itself, and where its elements are.
struct TensorMessage {
  private let wire: WireMessage
  private let header: ONNXTensor
  /// At most one in a tensor that makes sense.
  private let data: [WireMessage.Field]

  /// - Throws: `.malformedFile`.
  init(_ wire: WireMessage) throws(NetworkError) {
    self.wire = wire
    (header, data) = try wire.decode(without: TensorField.self)
  }

  var name: String { header.name }
  var elementName: String { ElementType.onnxName(Int(header.dataType)) }
  private var isExternal: Bool { header.dataLocation == 1 }

  /// nil: one that is not supported.
  var element: ElementType? { ElementType(onnx: Int(header.dataType)) }

  /// The tensor in memory of its own; nil where the type of elements is not supported.
  ///
  /// - Parameter folder: where files of elements lie; nil: nowhere.
  /// - Throws: `.malformedFile`, `.shapeMismatch`, `.outOfMemory`.
  func tensor(folder: String?) throws(NetworkError) -> NetworkTensor? {
    guard let element else { return nil }
    do {
      let type = try TensorType(element, header.dims.map { Int($0) }).checked()
      guard !isExternal else {
        return try ExternalData(header.externalData, of: type, folder: folder).tensor()
      }
      return try tensor(type)
    } catch {
      throw error.at(tensor: name, in: wire.file.name)
    }
  }

  private func tensor(_ type: TensorType) throws(NetworkError) -> NetworkTensor {
    guard data.count <= 1, let field = data.first else {
      guard data.isEmpty, type.count == 0 else {
        throw Self.mismatch("\(data.count) fields of elements", type)
      }
      return try NetworkTensor(uninitialized: type)
    }
    let bytes = try wire.message(in: field).bytes
    switch (TensorField(rawValue: field.number), type.element) {
    case (.raw, _), (.floats, .float32):
      guard bytes.count == type.byteCount else {
        throw Self.mismatch("\(bytes.count) bytes", type)
      }
      return try NetworkTensor(uninitialized: type, copying: bytes)
    case (.int64s, .int64):
      return try varints(bytes, type, as: Int64.self) { Int64(bitPattern: $0) }
    case (.int32s, .int32):
      return try varints(bytes, type, as: Int32.self) { Int32(truncatingIfNeeded: $0) }
    case (.int32s, .uint8):
      return try varints(bytes, type, as: UInt8.self) { UInt8(truncatingIfNeeded: $0) }
    case (.int32s, .bool):
      return try varints(bytes, type, as: UInt8.self) { $0 == 0 ? 0 : 1 }
    default:
      throw Self.mismatch("elements in field \(field.number)", type)
    }
  }

  private func varints<Element: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ type: TensorType, as _: Element.Type,
    _ element: (UInt64) -> Element
  ) throws(NetworkError) -> NetworkTensor {
    // Elements may be eight times as large as they are in the file: they are counted first.
    let count = bytes.count { $0 < 128 }
    guard count == type.count else { throw Self.mismatch("\(count) elements", type) }
    let tensor = try NetworkTensor(uninitialized: type)
    let elements = tensor.mutableBytes.bindMemory(to: Element.self)
    var place = 0
    for index in elements.indices {
      guard let value = bytes.varint(at: &place) else {
        throw Self.mismatch("an integer of too many bytes", type)
      }
      elements[index] = element(value)
    }
    guard place == bytes.count else { throw Self.mismatch("half an integer", type) }
    return tensor
  }

  static func mismatch(_ received: String, _ type: TensorType) -> NetworkError {
    NetworkError(
      .malformedFile, argument: "elements", received: received,
      expected: "\(type.count) elements, for \(type)")
  }
}

extension NetworkTensor {
  /// A tensor with a copy of bytes, as many as `type` has.
  fileprivate init(
    uninitialized type: TensorType, copying bytes: UnsafeRawBufferPointer
  ) throws(NetworkError) {
    try self.init(uninitialized: type)
    mutableBytes.copyMemory(from: bytes)
    makeBooleans()
  }

  /// Bytes that are to be booleans become 0 or 1.
  func makeBooleans() {
    guard element == .bool else { return }
    for index in mutableBytes.indices where mutableBytes[index] > 1 { mutableBytes[index] = 1 }
  }

  /// Reads a file of one tensor, as ONNX's tests have them (`input_0.pb`).
  ///
  /// - Throws: `.malformedFile`, `.unsupported` for its type of elements.
  package init(onnxTensorFile path: String) throws(NetworkError) {
    self = try FileBytes(mapping: path).withUnsafeBytes { (bytes) throws(NetworkError) in
      let file = WireMessage.FileName(name: path, size: bytes.count)
      let message = try TensorMessage(WireMessage(bytes: bytes, file: file))
      guard let tensor = try message.tensor(folder: nil) else {
        throw NetworkError(unsupported: [message.unsupported], in: path)
      }
      return tensor
    }
  }
}

extension TensorMessage {
  /// For the list of what is not supported.
  var unsupported: NetworkError.Unsupported {
    .init(node: name, operation: "initializer", detail: "elements of type \(elementName)")
  }
}

extension NetworkError {
  /// The same of a tensor in a file.
  fileprivate func at(tensor: String, in file: String) -> NetworkError {
    NetworkError(
      code, argument: "\(file), tensor \"\(tensor)\", \(argument)", received: received,
      expected: expected)
  }
}
