import Convolution

/// What the elements of a dataset or an attribute are.
enum HDF5Type: Sendable {
  case number(TensorElement, bigEndian: Bool)
  /// Texts of one length, with zeros or spaces behind shorter ones.
  case text(length: Int)
  /// Texts of any length, which lie elsewhere.
  case longText(length: Int)
  /// Something else, by HDF5's name of its class.
  case other(String, length: Int)

  /// Bytes of an element.
  var length: Int {
    switch self {
    case .number(let element, _): element.size ?? 0
    case .text(let length), .longText(let length), .other(_, let length): length
    }
  }

  private static let classes = [
    "integers", "floats", "times", "texts", "bits", "opaque bytes", "records", "references",
    "enumerations", "lists", "arrays",
  ]

  /// Reads a datatype message.
  ///
  /// - Throws: `.unsupportedFile`.
  init(_ message: FileBytes) throws(ConvolutionError) {
    var reader = ByteReader(message)
    let kind = try reader.byte() & 15
    let bits = (try reader.byte(), try reader.byte(), try reader.byte())
    let length = Int(try reader.integer(UInt32.self))
    let name = kind < Self.classes.count ? Self.classes[Int(kind)] : "class \(kind)"
    guard length > 0 else { throw message.malformed("\(name) of no bytes", expected: "some") }
    self = .other(name, length: length)
    switch kind {
    case 0:
      let place = (try reader.integer(UInt16.self), try reader.integer(UInt16.self))
      guard place.0 == 0, Int(place.1) == 8 * length else { return }
      let isSigned = bits.0 & 8 != 0
      if let element = TensorElement(integerOf: length, isSigned: isSigned) {
        self = .number(element, bigEndian: bits.0 & 1 != 0)
      }
    case 1:
      let layout = try reader.part(12).array
      if let element = Self.float(layout, length: length), bits.0 & 0x40 == 0 {
        self = .number(element, bigEndian: bits.0 & 1 != 0)
      }
    case 3:
      self = .text(length: length)
    case 8:
      // What h5py makes of truth values.
      let base = try HDF5Type(message.part(from: reader.position))
      if case .number(.int8, _) = base, bits.0 == 2, bits.1 == 0 {
        self = .number(.bool, bigEndian: false)
      }
    case 9 where bits.0 & 15 == 1:
      self = .longText(length: length)
    default:
      break
    }
  }

  /// A float by where its parts lie: offset, precision, exponent's place and size, mantissa's, the exponent's bias.
  private static func float(_ layout: [UInt8], length: Int) -> TensorElement? {
    let known: [(TensorElement, [UInt8])] = [
      (.float16, [0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0]),
      (.bfloat16, [0, 0, 16, 0, 7, 8, 0, 7, 127, 0, 0, 0]),
      (.float32, [0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]),
      (.float64, [0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0]),
    ]
    return known.first { $0.1 == layout && $0.0.size == length }?.0
  }
}

/// A dataspace message: the extents, none for a single element; nil for nothing at all.
func hdf5Shape(_ message: FileBytes, _ storage: HDF5Storage) throws(ConvolutionError) -> [Int]? {
  var reader = ByteReader(message)
  let version = try reader.byte()
  guard version == 1 || version == 2 else {
    throw message.malformed("version \(version) of a dataspace", expected: "1 or 2")
  }
  let rank = try reader.byte()
  try reader.skip(1)
  let kind = try reader.byte()
  if version == 1 { try reader.skip(4) }
  if version == 2, kind == 2 { return nil }
  var shape: [Int] = []
  for _ in 0..<rank { shape.append(try storage.length(&reader)) }
  return shape
}
