import Convolution

/// A B-tree of the first version, flattened: what its lowest nodes point at, with the key in front of each.
struct HDF5Tree {
  private(set) var leaves: [(key: FileBytes, address: Int)] = []

  /// - Throws: `.unsupportedFile`.
  init(_ storage: HDF5Storage, at root: Int, keyLength: Int) throws(ConvolutionError) {
    var nodes = [root]
    var visited: Set<Int> = []
    // Nodes lie apart from each other, so that all of them are no more than the file.
    var remaining = storage.bytes.count
    while let address = nodes.popLast() {
      guard visited.insert(address).inserted else {
        throw storage.bytes.malformed("a tree that leads back to itself", expected: "one that ends")
      }
      var reader = storage.reader(at: address)
      try storage.expect("TREE", &reader)
      try reader.skip(1)
      let level = try reader.byte()
      let count = try reader.integer(UInt16.self)
      try reader.skip(2 * storage.addressWidth)
      var children: [Int] = []
      remaining -= Int(count) * (keyLength + storage.addressWidth)
      guard remaining >= 0 else {
        throw storage.bytes.malformed("a tree of more places than the file", expected: "fewer")
      }
      for _ in 0..<count {
        let key = try reader.part(keyLength)
        guard let child = try storage.address(&reader) else {
          throw storage.bytes.malformed("a tree with an empty place", expected: "addresses")
        }
        if level == 0 { leaves.append((key, child)) } else { children.append(child) }
      }
      // The last in is the first out.
      nodes += children.reversed()
    }
  }
}
