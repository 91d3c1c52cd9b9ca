import Convolution

/// What an attribute of an HDF5 object holds.
package enum HDF5Value: Sendable, Equatable {
  /// One, or as many as the attribute's shape has, in the order of memory.
  case texts([String])
  case numbers([Double])
  /// Something else, by HDF5's name of its class.
  case other(String)

  /// The only text; nil for several or something else.
  package var text: String? {
    if case .texts(let texts) = self, texts.count == 1 { texts[0] } else { nil }
  }
}

/// An attribute whose value is not read yet.
struct HDF5Attribute {
  let name: String
  private let type: HDF5Type
  private let shape: [Int]?
  private let data: FileBytes
  private let storage: HDF5Storage

  /// - Throws: `.unsupportedFile`.
  static func all(of header: HDF5Header) throws(ConvolutionError) -> [HDF5Attribute] {
    var attributes: [HDF5Attribute] = []
    for message in header.messages {
      switch message.kind {
      case .attribute:
        attributes.append(try HDF5Attribute(message.body, header.storage))
      case .attributeInformation:
        attributes += try dense(message.body, header.storage)
      default:
        break
      }
    }
    return attributes
  }

  /// Many attributes of a new file lie in a heap of their own.
  private static func dense(
    _ message: FileBytes, _ storage: HDF5Storage
  ) throws(ConvolutionError) -> [HDF5Attribute] {
    var reader = ByteReader(message, at: 1)
    if try reader.byte() & 1 != 0 { try reader.skip(2) }
    guard let heap = try storage.address(&reader), let index = try storage.address(&reader) else {
      return []
    }
    let objects = try HDF5FractalHeap(storage, at: heap)
    var attributes: [HDF5Attribute] = []
    for record in try HDF5Records(storage, at: index).records {
      attributes.append(try HDF5Attribute(objects.object(at: record), storage))
    }
    return attributes
  }

  private init(_ message: FileBytes, _ storage: HDF5Storage) throws(ConvolutionError) {
    var reader = ByteReader(message)
    let version = try reader.byte()
    guard (1...3).contains(version) else {
      throw message.malformed("version \(version) of an attribute", expected: "1 to 3")
    }
    let flags = try reader.byte()
    guard version == 1 || flags & 3 == 0 else {
      throw message.malformed(
        "an attribute of a type shared by several objects",
        expected: "attributes that have their own")
    }
    let nameLength = Int(try reader.integer(UInt16.self))
    let typeLength = Int(try reader.integer(UInt16.self))
    let shapeLength = Int(try reader.integer(UInt16.self))
    if version == 3 { try reader.skip(1) }
    func part(_ length: Int) throws(ConvolutionError) -> FileBytes {
      let part = try reader.part(length)
      if version == 1 { try reader.align(to: 8) }
      return part
    }
    name = try part(nameLength).terminatedText()
    type = try HDF5Type(part(typeLength))
    shape = try hdf5Shape(part(shapeLength), storage)
    data = try message.part(from: reader.position)
    self.storage = storage
  }

  func value() throws(ConvolutionError) -> HDF5Value {
    let count = try shape.map { (shape) throws(ConvolutionError) in
      try Checked.elementCount(shape, argument: storage.bytes.name)
    }
    let length = try Checked.multiply(count ?? 0, type.length, argument: storage.bytes.name)
    var reader = ByteReader(try data.part(at: 0, length).named("\(storage.bytes.name), \(name)"))
    switch type {
    case .number(let element, let bigEndian):
      return .numbers(try element.doubles(reader.bytes, bigEndian: bigEndian))
    case .text(let length):
      var texts: [String] = []
      for _ in 0..<(count ?? 0) { texts.append(try reader.part(length).terminatedText()) }
      return .texts(texts)
    case .longText:
      var texts: [String] = []
      var heaps = HDF5GlobalHeaps(storage)
      // Texts lie apart from each other, so that all of them are no more than the file.
      var remaining = storage.bytes.count
      for _ in 0..<(count ?? 0) {
        let length = Int(try reader.integer(UInt32.self))
        let heap = try storage.address(&reader)
        let index = try reader.integer(UInt32.self)
        guard length > 0, let heap else {
          texts.append("")
          continue
        }
        remaining -= length
        guard remaining >= 0 else {
          throw reader.bytes.malformed("texts longer than the file", expected: "texts in it")
        }
        let object = try heaps.object(index, at: heap)
        texts.append(try object.part(at: 0, length).terminatedText())
      }
      return .texts(texts)
    case .other(let name, _):
      return .other(name)
    }
  }
}
