import Convolution

/// A dataset that nobody has read yet.
package struct HDF5Dataset: Sendable {
  package let shape: [Int]
  package let element: TensorElement
  private let type: HDF5Type
  private let layout: HDF5Layout
  private let filters: [HDF5Filter]
  private let storage: HDF5Storage
  private let name: String

  /// - Throws: `.unsupportedFile`.
  init(_ header: HDF5Header, name: String) throws(ConvolutionError) {
    guard let shape = header.message(.dataspace), let type = header.message(.datatype),
      let layout = header.message(.layout)
    else {
      throw header.storage.bytes.named(name).malformed(
        "a dataset that says not all of shape, type and layout", expected: "all three")
    }
    storage = header.storage
    self.name = name
    self.shape = try hdf5Shape(shape, storage) ?? [0]
    self.type = try HDF5Type(type)
    element =
      switch self.type {
      case .number(let element, _): element
      case .text, .longText: .other("text")
      case .other(let name, _): .other(name)
      }
    self.layout = try HDF5Layout(layout.named(name), storage)
    filters =
      try header.message(.filters).map { (message) throws(ConvolutionError) in
        try HDF5Filter.all(of: message.named(name))
      } ?? []
  }

  /// Whether the bytes of a number lie most significant first.
  package var isBigEndian: Bool {
    if case .number(_, let bigEndian) = type { bigEndian } else { false }
  }

  /// All elements, in C order: where they lie in the file, or unpacked.
  ///
  /// - Throws: `.unsupportedFile` for elements that are not all there; `.outOfMemory`.
  package func bytes() throws(ConvolutionError) -> FileBytes {
    let count = try Checked.elementCount(shape, argument: name)
    let length = try Checked.multiply(count, type.length, argument: name)
    switch layout {
    case _ where length == 0:
      return try FileBytes([], name: name)
    case .stored(let bytes):
      guard bytes.count >= length else {
        throw bytes.malformed(
          "\(bytes.count) bytes of elements", expected: "\(length), for the shape \(shape)")
      }
      return bytes.prefix(length)
    case .chunks(let chunks):
      return try chunks.gathered(
        into: shape, elementLength: type.length, length: length, filters, storage, name: name)
    case .nothing:
      throw storage.bytes.named(name).malformed(
        "a dataset that was never written", expected: "elements of shape \(shape)")
    }
  }

  /// All elements as 32-bit floats.
  ///
  /// - Throws: as ``bytes()``; `.unsupportedFile` for elements that are no numbers.
  package func tensor() throws(ConvolutionError) -> Tensor {
    try stored(as: name).tensor()
  }

  func stored(as name: String) -> StoredTensor {
    StoredTensor(name: name, shape: shape, element: element, isBigEndian: isBigEndian) {
      () throws(ConvolutionError) in try bytes()
    }
  }
}

/// Where a dataset's elements lie.
enum HDF5Layout: Sendable {
  case stored(FileBytes)
  case chunks(HDF5Chunks)
  /// Nowhere: nobody wrote any.
  case nothing

  /// Reads a layout message.
  ///
  /// - Throws: `.unsupportedFile`.
  init(_ message: FileBytes, _ storage: HDF5Storage) throws(ConvolutionError) {
    var reader = ByteReader(message)
    let version = try reader.byte()
    guard (1...4).contains(version) else {
      throw message.malformed("version \(version) of a layout", expected: "1 to 4")
    }
    guard version > 2 else {
      self = try Self.old(&reader, storage)
      return
    }
    let kind = try reader.byte()
    switch (kind, version) {
    case (0, _):
      self = .stored(try reader.part(Int(reader.integer(UInt16.self))))
    case (1, _):
      let address = try storage.address(&reader)
      let length = try storage.length(&reader)
      self = try Self.contiguous(address, length, storage, name: message.name)
    case (2, 3):
      let rank = Int(try reader.byte()) - 1
      guard let tree = try storage.address(&reader) else {
        self = .nothing
        return
      }
      self = .chunks(HDF5Chunks(shape: try Self.extents(&reader, rank), index: .tree(tree)))
    case (2, 4):
      self = try HDF5Chunks.new(&reader, storage).map { .chunks($0) } ?? .nothing
    default:
      throw message.malformed("the layout \(kind)", expected: "compact, contiguous or chunked")
    }
  }

  /// Versions 1 and 2.
  private static func old(
    _ reader: inout ByteReader, _ storage: HDF5Storage
  ) throws(ConvolutionError) -> HDF5Layout {
    let rank = Int(try reader.byte())
    let kind = try reader.byte()
    try reader.skip(5)
    let address = kind == 0 ? nil : try storage.address(&reader)
    switch kind {
    case 0:
      try reader.skip(4 * rank)
      return .stored(try reader.part(Int(reader.integer(UInt32.self))))
    case 1:
      guard let address else { return .nothing }
      // The extents are those of the dataset, in elements: how long they are the type says.
      return .stored(try storage.bytes.part(from: address).named(reader.bytes.name))
    case 2:
      guard let address else { return .nothing }
      return .chunks(
        HDF5Chunks(shape: try extents(&reader, rank - 1), index: .tree(address)))
    default:
      throw reader.bytes.malformed("the layout \(kind)", expected: "compact, contiguous or chunked")
    }
  }

  private static func contiguous(
    _ address: Int?, _ length: Int, _ storage: HDF5Storage, name: String
  ) throws(ConvolutionError) -> HDF5Layout {
    guard let address else { return .nothing }
    return .stored(try storage.bytes.named(name).part(at: address, length))
  }

  private static func extents(
    _ reader: inout ByteReader, _ rank: Int
  ) throws(ConvolutionError) -> [Int] {
    guard rank > 0 else { throw reader.bytes.malformed("chunks of no axis", expected: "some axes") }
    var extents: [Int] = []
    for _ in 0..<rank { extents.append(Int(try reader.integer(UInt32.self))) }
    return extents
  }
}
