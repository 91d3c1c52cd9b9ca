import Convolution

/// A B-tree of the second version, flattened: its records.
struct HDF5Records {
  private(set) var records: [FileBytes] = []

  /// - Throws: `.unsupportedFile`.
  init(_ storage: HDF5Storage, at address: Int) throws(ConvolutionError) {
    var reader = storage.reader(at: address)
    try storage.expect("BTHD", &reader)
    try reader.skip(2)
    let nodeSize = Int(try reader.integer(UInt32.self))
    let recordSize = Int(try reader.integer(UInt16.self))
    let depth = Int(try reader.integer(UInt16.self))
    try reader.skip(2)
    let root = try storage.address(&reader)
    let rootCount = Int(try reader.integer(UInt16.self))
    guard let root else { return }
    guard recordSize >= 8, depth < 8, nodeSize > 64 + recordSize else {
      throw storage.bytes.malformed("a tree of impossible sizes", expected: "nodes of records")
    }

    // How wide a child's counts are follows from how many records it could have.
    var most = (nodeSize - 10) / recordSize
    var all = most
    let countWidth = most.bytes
    var totalWidths = [0]
    for _ in 0..<depth {
      let pointer = storage.addressWidth + countWidth + totalWidths.last!
      most = max(1, (nodeSize - 10 - pointer) / (recordSize + pointer))
      let (product, isTooLarge) = (most + 1).multipliedReportingOverflow(by: all)
      guard !isTooLarge, product < .max / 2 else {
        throw storage.bytes.malformed("a tree too deep", expected: "one that fits into a file")
      }
      all = product + most
      totalWidths.append(all.bytes)
    }

    var nodes = [(address: root, count: rootCount, level: depth)]
    var visited: Set<Int> = []
    // Nodes lie apart from each other, so that all records are no more than the file.
    var remaining = storage.bytes.count
    while let node = nodes.popLast() {
      guard visited.insert(node.address).inserted else {
        throw storage.bytes.malformed("a tree that leads back to itself", expected: "one that ends")
      }
      var reader = storage.reader(at: node.address)
      try storage.expect(node.level == 0 ? "BTLF" : "BTIN", &reader)
      try reader.skip(2)
      for _ in 0..<node.count {
        remaining -= recordSize
        guard remaining >= 0 else {
          throw storage.bytes.malformed("a tree of more records than the file", expected: "fewer")
        }
        records.append(try reader.part(recordSize))
      }
      guard node.level > 0 else { continue }
      for _ in 0...node.count {
        let child = try storage.address(&reader)
        let count = try reader.size(countWidth)
        try reader.skip(totalWidths[node.level - 1])
        guard let child else { continue }
        nodes.append((child, count, node.level - 1))
      }
    }
  }
}

extension Int {
  /// Bytes that hold every number up to this one.
  fileprivate var bytes: Int { (63 - Swift.max(1, self).leadingZeroBitCount) / 8 + 1 }
}
