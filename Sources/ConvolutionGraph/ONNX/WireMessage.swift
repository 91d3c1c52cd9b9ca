import SwiftProtobuf

/// A message of a file, where it lies in memory.
///
/// swift-protobuf decodes messages into values of their own, which may be many times as large as the file: fields that are
/// large, or many, are read where they lie, and the small rest is decoded.
struct WireMessage {
  /// In memory that stays while the file is read.
  let bytes: UnsafeRawBufferPointer
  let file: FileName

  /// What errors call a file, and its size.
  struct FileName {
    let name: String
    let size: Int
  }

  struct Field {
    let number: Int
    /// With its number and length.
    let whole: UnsafeRawBufferPointer
    /// nil: a number, not a sequence of bytes.
    let content: UnsafeRawBufferPointer?
  }

  func malformed(_ received: String, expected: String) -> NetworkError {
    NetworkError(.malformedFile, argument: file.name, received: received, expected: expected)
  }

  /// The message that is the content of one of the fields.
  ///
  /// - Throws: `.malformedFile` for a number.
  func message(in field: Field) throws(NetworkError) -> WireMessage {
    guard let content = field.content else {
      throw malformed("a number in field \(field.number)", expected: "a message")
    }
    return WireMessage(bytes: content, file: file)
  }

  /// Calls `body` with the fields, in order.
  ///
  /// - Throws: `.malformedFile`, and what `body` throws.
  func forEachField(_ body: (Field) throws(NetworkError) -> Void) throws(NetworkError) {
    var place = 0
    while place < bytes.count {
      let start = place
      guard let tag = bytes.varint(at: &place), (1..<1 << 29).contains(tag >> 3) else {
        throw malformed("no number of a field", expected: "an ONNX file")
      }
      var content: UnsafeRawBufferPointer?
      let length: UInt64? =
        switch tag & 7 {
        case 0: bytes.varint(at: &place).map { _ in 0 }
        case 1: 8
        case 2: bytes.varint(at: &place)
        case 5: 4
        default: nil
        }
      guard let length, length <= bytes.count - place else {
        throw malformed(
          "field \(tag >> 3) with more bytes than are left, \(bytes.count - place)",
          expected: "a whole file")
      }
      let end = place + Int(length)
      if tag & 7 == 2 { content = UnsafeRawBufferPointer(rebasing: bytes[place..<end]) }
      place = end
      try body(
        Field(
          number: Int(tag >> 3), whole: UnsafeRawBufferPointer(rebasing: bytes[start..<end]),
          content: content))
    }
  }

  /// The message without some fields, and these where they lie.
  ///
  /// - Throws: `.malformedFile` for what is not such a message, or has so many small fields that they would take much more
  ///   memory than the file.
  func decode<Message: SwiftProtobuf.Message, Number: RawRepresentable<Int>>(
    without _: Number.Type
  ) throws(NetworkError) -> (message: Message, fields: [Field]) {
    var (rest, fields): ([UInt8], [Field]) = ([], [])
    try forEachField { (field) throws(NetworkError) in
      if Number(rawValue: field.number) != nil {
        fields.append(field)
      } else {
        rest += field.whole
      }
      // A byte may be decoded into some 30, and the list of fields has them too.
      guard rest.count + 4 * fields.count <= 1 << 14 + file.size / 16 else {
        throw malformed("a message of \(bytes.count) bytes", expected: "fewer small fields")
      }
    }
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do {
      return (try Message(serializedBytes: rest, options: options), fields)
    } catch {
      throw malformed("\(error)", expected: "\(Message.protoMessageName)")
    }
  }
}

extension WireMessage {
  /// A message with nothing that is large.
  ///
  /// - Throws: as ``decode(without:)``.
  func decode<Message: SwiftProtobuf.Message>() throws(NetworkError) -> Message {
    try decode(without: NoField.self).message
  }

  private enum NoField: Int { case none }
}

extension UnsafeRawBufferPointer {
  /// The integer that begins at `place`, which is moved behind it; nil where there is none.
  func varint(at place: inout Int) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard place < count else { return nil }
      let byte = self[place]
      place += 1
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    return nil
  }
}
