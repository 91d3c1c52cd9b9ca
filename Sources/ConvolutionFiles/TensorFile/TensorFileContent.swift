import Convolution
import Glibc

/// What a file of tensors is and holds, whichever format it has.
struct TensorFileContent {
  let format: TensorFile.Format
  private(set) var metadata: [String: String] = [:]
  let tensors: [StoredTensor]

  /// - Throws: as ``TensorFile/init(contentsOf:)``.
  init(path: String) throws(ConvolutionError) {
    let path = Self.file(at: path)
    try self.init(FileBytes(contentsOf: path), path: path)
  }

  /// - Parameter isPart: the file is one of those that an index is of, and so none itself.
  init(_ bytes: FileBytes, path: String, isPart: Bool = false) throws(ConvolutionError) {
    let name = Self.stem(of: path)
    if NPYFile.isNPY(bytes) {
      format = .npy
      tensors = [try NPYFile(bytes).stored(name: name)]
    } else if HDF5File.isHDF5(bytes) {
      format = .hdf5
      tensors = try KerasWeights(HDF5File(bytes)).tensors
    } else if ZipArchive.isArchive(bytes) {
      (format, tensors) = try Self.content(of: ZipArchive(bytes), bytes, name: name)
    } else if SafetensorsHeader.isSafetensors(bytes) {
      let header = try SafetensorsHeader(bytes)
      format = .safetensors
      metadata = header.metadata
      tensors = header.tensors
    } else if !isPart, SafetensorsIndex.isIndex(bytes) {
      let index = try SafetensorsIndex(bytes, path: path)
      format = .safetensorsIndex
      metadata = index.metadata
      tensors = index.tensors
    } else if LegacyTorchFile.isPickle(bytes) {
      format = .torch
      tensors = try LegacyTorchFile(bytes, name: name).tensors
    } else {
      throw Self.unknown(bytes)
    }
  }

  private static func content(
    of archive: ZipArchive, _ bytes: FileBytes, name: String
  ) throws(ConvolutionError) -> (TensorFile.Format, [StoredTensor]) {
    if let pickle = TorchArchive.pickle(in: archive) {
      return (.torch, try TorchArchive(archive, pickle: pickle, name: name).tensors)
    }
    if let weights = try archive.bytes(of: "model.weights.h5") {
      return (.keras, try KerasWeights(HDF5File(weights)).tensors)
    }
    if NPZFile.isNPZ(archive) { return (.npz, try NPZFile(archive).tensors) }
    throw bytes.malformed(
      "a zip archive with neither .npy files nor a data.pkl nor a model.weights.h5",
      expected: "an archive of NumPy's, PyTorch's or Keras's")
  }

  private static func unknown(_ bytes: FileBytes) -> ConvolutionError {
    // PyTorch's form until version 0.1.10.
    let isTar = (try? bytes.part(at: 257, 5).starts(with: Array("ustar".utf8))) ?? false
    return bytes.malformed(
      isTar ? "a tar archive, PyTorch's form of 2016" : "\(bytes.count) bytes of something else",
      expected: "a .npy, .npz, safetensors, PyTorch, Keras or HDF5 file")
  }

  /// What a folder stands for; else the path itself.
  private static func file(at path: String) -> String {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return path }
    let names = [
      "model.safetensors.index.json", "model.safetensors", "pytorch_model.bin.index.json",
      "pytorch_model.bin",
    ]
    return names.map { "\(path)/\($0)" }.first { fileExists(atPath: $0) } ?? path
  }

  /// A file's name without folder and extension.
  private static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) }
      ?? name
  }
}
