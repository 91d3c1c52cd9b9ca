import Convolution

/// The heap of many links or attributes: objects by the place that an index keeps of each.
struct HDF5FractalHeap {
  private let storage: HDF5Storage
  private let offsetWidth, lengthWidth: Int
  /// Blocks of a row of the heap's table.
  private let width: Int
  private let firstSize, largestDirectSize: Int
  private let root: Int
  /// Of the root's table; 0 where the root is a block itself.
  private let rows: Int

  /// - Throws: `.unsupportedFile`.
  init(_ storage: HDF5Storage, at address: Int) throws(ConvolutionError) {
    self.storage = storage
    var reader = storage.reader(at: address)
    try storage.expect("FRHP", &reader)
    try reader.skip(3)
    guard try reader.integer(UInt16.self) == 0 else {
      throw storage.bytes.malformed("a packed heap of links", expected: "one as it is")
    }
    try reader.skip(1)
    let largestObject = Int(try reader.integer(UInt32.self))
    try reader.skip(2 * storage.addressWidth + 10 * storage.lengthWidth)
    width = Int(try reader.integer(UInt16.self))
    firstSize = try storage.length(&reader)
    largestDirectSize = try storage.length(&reader)
    let heapBits = Int(try reader.integer(UInt16.self))
    try reader.skip(2)
    let root = try storage.address(&reader)
    rows = Int(try reader.integer(UInt16.self))
    offsetWidth = (heapBits + 7) / 8
    lengthWidth = min(largestDirectSize.bytesNeeded, largestObject.bytesNeeded)
    guard let root, (1...8).contains(offsetWidth), width.isPowerOf2, firstSize.isPowerOf2,
      largestDirectSize.isPowerOf2, largestDirectSize >= firstSize
    else {
      throw storage.bytes.malformed("a heap of impossible sizes", expected: "powers of two")
    }
    self.root = root
  }

  /// The object that an index's record names.
  ///
  /// - Throws: `.unsupportedFile`.
  func object(at place: FileBytes) throws(ConvolutionError) -> FileBytes {
    var reader = ByteReader(place)
    let kind = try reader.byte()
    switch kind >> 4 & 3 {
    case 0:
      let offset = try reader.size(offsetWidth)
      let length = try reader.size(lengthWidth)
      let address =
        rows == 0
        ? try storage.bytes.part(from: root).part(from: offset)
        : try bytes(at: offset, inTableAt: root, rows: rows, depth: 0)
      return try address.part(at: 0, length)
    case 2:
      return try reader.part(Int(kind & 15) + 1)
    default:
      throw storage.bytes.malformed("a link of more than its heap's blocks", expected: "short ones")
    }
  }

  /// The bytes from a place of a table's space on.
  private func bytes(
    at offset: Int, inTableAt address: Int, rows: Int, depth: Int
  ) throws(ConvolutionError) -> FileBytes {
    var offset = offset
    let directRows = (largestDirectSize / firstSize).trailingZeroBitCount + 2
    for row in 0..<min(rows, 60) {
      let (size, isTooLarge) = firstSize.multipliedReportingOverflow(by: 1 << max(0, row - 1))
      guard !isTooLarge else { break }
      let column = offset / size
      guard column >= width else {
        var entry = storage.reader(at: address)
        try storage.expect("FHIB", &entry)
        try entry.skip(1 + storage.addressWidth + offsetWidth)
        try entry.skip((row * width + column) * storage.addressWidth)
        guard let block = try storage.address(&entry) else { break }
        if row < directRows {
          return try storage.bytes.part(from: block).part(from: offset % size)
        }
        let (first, _) = firstSize.multipliedReportingOverflow(by: width)
        guard depth < 8, first > 0, size >= first else { break }
        return try bytes(
          at: offset % size, inTableAt: block,
          rows: (size / first).trailingZeroBitCount + 1, depth: depth + 1)
      }
      let (rest, _) = offset.subtractingReportingOverflow(width * size)
      offset = rest
    }
    throw storage.bytes.malformed("a place outside a heap", expected: "one in its blocks")
  }
}

extension Int {
  fileprivate var isPowerOf2: Bool { self > 0 && self & (self - 1) == 0 }
  /// Bytes that hold every number up to this one.
  fileprivate var bytesNeeded: Int { (63 - Swift.max(1, self).leadingZeroBitCount) / 8 + 1 }
}
