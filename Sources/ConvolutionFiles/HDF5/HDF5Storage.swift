import Convolution

/// An HDF5 file as addresses and what lies there.
struct HDF5Storage: Sendable {
  /// From where addresses are counted.
  let bytes: FileBytes
  /// Bytes of an address.
  let addressWidth: Int
  /// Bytes of a length.
  let lengthWidth: Int

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Where the superblock lies: at the front, or behind 512, 1024, 2048... bytes of something else.
  static func start(in bytes: FileBytes) -> Int? {
    var start = 0
    while start + signature.count <= bytes.count {
      if let head = try? bytes.part(at: start, signature.count), head.starts(with: signature) {
        return start
      }
      start = max(512, 2 * start)
    }
    return nil
  }

  /// Reads the superblock: how wide sizes are, and where the root group's header lies.
  static func open(_ file: FileBytes) throws(ConvolutionError) -> (HDF5Storage, root: Int) {
    guard let start = start(in: file) else {
      throw file.malformed(
        "\(file.count) bytes without the mark of HDF5", expected: "an HDF5 file")
    }
    let bytes = try file.part(from: start)
    var reader = ByteReader(bytes, at: signature.count)
    let version = try reader.byte()
    guard version <= 3 else {
      throw file.malformed("version \(version) of HDF5's superblock", expected: "0 to 3")
    }
    if version < 2 { try reader.skip(4) }
    let (addressWidth, lengthWidth) = (Int(try reader.byte()), Int(try reader.byte()))
    guard [2, 4, 8].contains(addressWidth), [2, 4, 8].contains(lengthWidth) else {
      throw file.malformed(
        "addresses of \(addressWidth) bytes and lengths of \(lengthWidth)", expected: "2, 4 or 8")
    }
    // Flags, and for old versions how many entries nodes have.
    try reader.skip(version == 0 ? 9 : version == 1 ? 13 : 1)
    // The base address: where the superblock was once written. Addresses count from where it is, as for libhdf5.
    try reader.skip(addressWidth)
    // Old versions: free space, end, driver and the root group's name. New ones: extension and end.
    // An undefined address is all ones, which is no size.
    try reader.skip(addressWidth * (version < 2 ? 4 : 2))
    let storage = HDF5Storage(
      bytes: bytes, addressWidth: addressWidth, lengthWidth: lengthWidth)
    return (storage, try reader.size(addressWidth))
  }

  func reader(at address: Int) -> ByteReader { ByteReader(bytes, at: address) }

  /// The next address; nil for the one that says there is none.
  func address(_ reader: inout ByteReader) throws(ConvolutionError) -> Int? {
    let part = try reader.part(addressWidth)
    guard part.withUnsafeBytes({ $0.contains { $0 != 0xFF } }) else { return nil }
    var value = ByteReader(part)
    return try value.size(addressWidth)
  }

  func length(_ reader: inout ByteReader) throws(ConvolutionError) -> Int {
    try reader.size(lengthWidth)
  }

  /// Expects a structure's mark of four letters.
  func expect(_ mark: String, _ reader: inout ByteReader) throws(ConvolutionError) {
    let place = reader.position
    guard try reader.part(4).starts(with: Array(mark.utf8)) else {
      throw bytes.malformed("something else at \(place)", expected: "HDF5's mark \(mark)")
    }
  }
}
