import Convolution

/// A group or a dataset of an HDF5 file.
package struct HDF5Object: Sendable {
  /// From the root, without a slash in front.
  package let path: String
  let header: HDF5Header

  private static let deepestPath = 64

  /// The names of what a group holds, in their order, numbers by their size; none of a dataset.
  ///
  /// - Throws: `.unsupportedFile`.
  package func names() throws(ConvolutionError) -> [String] {
    try HDF5Links(header).sorted.map(\.name)
  }

  /// What a group holds under a name; nil where there is nothing.
  ///
  /// - Throws: `.unsupportedFile`.
  package func child(named name: String) throws(ConvolutionError) -> HDF5Object? {
    guard let address = try HDF5Links(header).addresses[name] else { return nil }
    return try child(name, at: address)
  }

  private func child(_ name: String, at address: Int) throws(ConvolutionError) -> HDF5Object {
    HDF5Object(
      path: path.isEmpty ? name : "\(path)/\(name)",
      header: try HDF5Header(header.storage, at: address))
  }

  /// The dataset that this is; nil for a group.
  ///
  /// - Throws: `.unsupportedFile`.
  package func dataset() throws(ConvolutionError) -> HDF5Dataset? {
    guard header.messages.contains(where: { $0.kind == .layout }) else { return nil }
    return try HDF5Dataset(header, name: "\(header.storage.bytes.name), \(path)")
  }

  /// The names of all attributes, in the order of the file.
  ///
  /// - Throws: `.unsupportedFile`.
  package func attributeNames() throws(ConvolutionError) -> [String] {
    try HDF5Attribute.all(of: header).map(\.name)
  }

  /// The value of an attribute; nil where there is none of that name.
  ///
  /// - Throws: `.unsupportedFile`.
  package func attribute(_ name: String) throws(ConvolutionError) -> HDF5Value? {
    try HDF5Attribute.all(of: header).first { $0.name == name }?.value()
  }

  /// This and all that lies in it.
  ///
  /// - Parameter budget: bytes of headers and links that may still be read.
  func collect(
    into objects: inout [HDF5Object], depth: Int, budget: inout Int
  ) throws(ConvolutionError) {
    let links = try HDF5Links(header).sorted
    budget -= header.byteCount + 32 * (links.count + 1)
    guard depth < Self.deepestPath, budget >= 0 else {
      throw header.storage.bytes.malformed(
        "groups in each other without end, at \(path.prefix(80))",
        expected: "at most \(Self.deepestPath) in each other")
    }
    objects.append(self)
    for (name, address) in links {
      try child(name, at: address).collect(into: &objects, depth: depth + 1, budget: &budget)
    }
  }
}
