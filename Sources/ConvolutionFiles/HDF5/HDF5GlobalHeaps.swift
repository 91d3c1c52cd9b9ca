import Convolution

/// Where texts of any length lie: objects by number, in heaps by address.
struct HDF5GlobalHeaps {
  private let storage: HDF5Storage
  private var heaps: [Int: [UInt32: FileBytes]] = [:]

  init(_ storage: HDF5Storage) { self.storage = storage }

  /// - Throws: `.unsupportedFile` where there is none of that number.
  mutating func object(_ index: UInt32, at address: Int) throws(ConvolutionError) -> FileBytes {
    if heaps[address] == nil { heaps[address] = try objects(at: address) }
    guard let object = heaps[address]?[index] else {
      throw storage.bytes.malformed("no object \(index) in a heap", expected: "a text")
    }
    return object
  }

  private func objects(at address: Int) throws(ConvolutionError) -> [UInt32: FileBytes] {
    var head = storage.reader(at: address)
    try storage.expect("GCOL", &head)
    try head.skip(4)
    let size = try storage.length(&head)
    let start = head.position - address
    var reader = ByteReader(try storage.bytes.part(at: address, size), at: start)
    var objects: [UInt32: FileBytes] = [:]
    while reader.position + 8 + storage.lengthWidth <= size {
      let index = UInt32(try reader.integer(UInt16.self))
      try reader.skip(6)
      let length = try storage.length(&reader)
      // The free space behind the last object.
      guard index != 0 else { break }
      guard objects.updateValue(try reader.part(length), forKey: index) == nil else {
        throw storage.bytes.malformed("two objects \(index) in a heap", expected: "one")
      }
      try reader.align(to: 8)
    }
    return objects
  }
}
