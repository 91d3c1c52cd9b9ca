import Convolution

/// What `torch.save` writes since PyTorch 1.6: an archive with a pickle and a file for each storage.
struct TorchArchive {
  let tensors: [StoredTensor]

  /// Whether an archive has a pickle where PyTorch has it.
  static func pickle(in archive: ZipArchive) -> ZipEntry? {
    archive.entries.first { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
  }

  /// - Parameter name: what a tensor is called that is in no container.
  /// - Throws: `.unsupportedFile`, `.outOfMemory`.
  init(
    _ archive: ZipArchive, pickle: ZipEntry, name: String
  ) throws(ConvolutionError) {
    let folder = pickle.name.dropLast("data.pkl".count)
    var isBigEndian = false
    if let order = try archive.bytes(of: "\(folder)byteorder") {
      switch try order.prefix(16).text() {
      case "little": break
      case "big": isBigEndian = true
      case let word:
        throw order.malformed("the byte order \"\(word)\"", expected: "\"little\" or \"big\"")
      }
    }
    guard pickle.size / 4 <= archive.byteCount else {
      throw try archive.bytes(of: pickle, upTo: 0).malformed(
        "a pickle of \(pickle.size) bytes", expected: "at most four times the archive")
    }
    var reader = PickleReader(try archive.bytes(of: pickle))
    let value = try reader.next()
    var tensors: [StoredTensor] = []
    for (name, tensor) in try reader.namedTensors(in: value, name: name) {
      let file = "\(folder)data/\(tensor.storage.key)"
      guard let entry = archive.entry(named: file) else {
        throw reader.malformed("a storage that is not in the archive as \(file.prefix(80))")
      }
      let (length, isTooLong) = tensor.storage.count.multipliedReportingOverflow(
        by: tensor.storage.type.size)
      guard !isTooLong, entry.size >= length else {
        throw reader.malformed(
          "\(tensor.storage.count) elements of \(tensor.storage.type.element) in the \(entry.size) bytes of \(file)"
        )
      }
      tensors.append(
        tensor.stored(name: name, isBigEndian: isBigEndian) { () throws(ConvolutionError) in
          try archive.bytes(of: entry)
        })
    }
    self.tensors = tensors
  }
}
