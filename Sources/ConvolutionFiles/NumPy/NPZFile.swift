import Convolution

/// What `numpy.savez` and `numpy.savez_compressed` write: an archive of `.npy` files.
struct NPZFile {
  let tensors: [StoredTensor]

  private static let suffix = ".npy"
  /// What is unpacked of a file to read its header.
  private static let headLength = 1 << 12

  static func isNPZ(_ archive: ZipArchive) -> Bool {
    archive.entries.allSatisfy { $0.name.hasSuffix(suffix) }
  }

  /// Reads the headers.
  ///
  /// - Throws: `.unsupportedFile`, `.integerOverflow`, `.outOfMemory`.
  init(_ archive: ZipArchive) throws(ConvolutionError) {
    var tensors: [StoredTensor] = []
    for entry in archive.entries {
      var head = try archive.bytes(of: entry, upTo: Self.headLength)
      if let length = try NPYHeader.length(in: head), length > head.count {
        head = try archive.bytes(of: entry, upTo: length)
      }
      let header = try NPYHeader(head)
      let count = try Checked.elementCount(header.shape, argument: head.name)
      if let size = header.element.size {
        let length = try Checked.multiply(count, size, argument: head.name)
        guard entry.size - header.length == length else {
          throw head.malformed(
            "\(entry.size - header.length) bytes of elements",
            expected: "\(length), for \(header.element) of shape \(header.shape)")
        }
      }
      tensors.append(
        header.stored(name: String(entry.name.dropLast(Self.suffix.count))) {
          () throws(ConvolutionError) in
          try archive.bytes(of: entry).part(from: header.length)
        })
    }
    self.tensors = tensors
  }
}
