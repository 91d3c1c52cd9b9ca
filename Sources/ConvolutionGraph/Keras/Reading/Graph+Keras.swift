import Convolution
import ConvolutionFiles

extension Graph {
  /// Reads a network's file: ONNX, Keras 3 (`.keras`), the HDF5 files (`.h5`) of Keras and TensorFlow, or the text of a
  /// Keras model's configuration, told apart by what is in them.
  ///
  /// - Parameter weightsPath: a file to take the weights from; nil: the network's own.
  /// - Throws: as ``init(onnxFile:)``.
  init(networkFile path: String, weightsFile weightsPath: String? = nil) throws(NetworkError) {
    let bytes = try FileBytes(mapping: path)
    let weights = try weightsPath.map { (path) throws(NetworkError) in
      try FileBytes(mapping: path)
    }
    if ZipArchive.isArchive(bytes) {
      try self.init(kerasArchive: bytes, weights)
    } else if HDF5File.isHDF5(bytes) {
      try self.init(kerasLegacy: bytes, weights)
    } else if bytes.starts(with: "{".utf8) {
      try self.init(kerasConfiguration: bytes, weights)
    } else {
      try self.init(onnxFile: bytes)
      if let weightsPath { try setConstants(fromFile: weightsPath) }
    }
  }

  /// A zip archive with a configuration and weights.
  private init(
    kerasArchive bytes: FileBytes, _ otherWeights: FileBytes?
  ) throws(NetworkError) {
    let archive = try asNetworkError { () throws(ConvolutionError) in try ZipArchive(bytes) }
    func file(_ name: String) throws(NetworkError) -> FileBytes? {
      try asNetworkError { () throws(ConvolutionError) in try archive.bytes(of: name) }
    }
    func malformed(_ received: String, _ expected: String) -> NetworkError {
      NetworkError(
        .malformedFile, argument: bytes.name, received: received, expected: expected)
    }
    guard let text = try file("config.json") else {
      throw malformed("an archive without config.json", "a .keras file")
    }
    let configuration = try JSON(text.named("\(bytes.name), config.json"))
    var version: String?
    if let metadata = try file("metadata.json") {
      version =
        try JSON(metadata.named("\(bytes.name), metadata.json"))["keras_version"]?.string
    }
    try self.init(
      keras: configuration, KerasWeights(otherWeights ?? bytes), version: version ?? "3",
      file: bytes.name)
  }

  /// An HDF5 file with a configuration among its attributes.
  private init(
    kerasLegacy bytes: FileBytes, _ otherWeights: FileBytes?
  ) throws(NetworkError) {
    let file = try asNetworkError { () throws(ConvolutionError) in try HDF5File(bytes) }
    func attribute(_ name: String) throws(NetworkError) -> String? {
      try asNetworkError { () throws(ConvolutionError) in try file.root.attribute(name) }?.text
    }
    guard let text = try attribute("model_config") else {
      throw NetworkError(
        .malformedFile, argument: bytes.name, received: "an HDF5 file without model_config",
        expected: "a whole model as model.save writes it, not its weights alone")
    }
    let configuration = try asNetworkError { () throws(ConvolutionError) in
      try FileBytes(Array(text.utf8), name: "\(bytes.name), model_config")
    }
    try self.init(
      keras: JSON(configuration), KerasWeights(otherWeights ?? bytes),
      version: try attribute("keras_version") ?? "2", file: bytes.name)
  }

  /// The text that `to_json` gives.
  private init(
    kerasConfiguration bytes: FileBytes, _ weights: FileBytes?
  ) throws(NetworkError) {
    guard let weights else {
      throw NetworkError(
        .malformedFile, argument: bytes.name, received: "a configuration without weights",
        expected: "a file of weights with it, or a whole model")
    }
    let configuration = try JSON(bytes)
    try self.init(
      keras: configuration, KerasWeights(weights),
      version: configuration["keras_version"]?.string ?? "3", file: bytes.name)
  }

  /// - Throws: `.malformedFile`, `.unsupported` with everything that is not supported.
  private init(
    keras configuration: JSON, _ weights: KerasWeights, version: String, file: String
  ) throws(NetworkError) {
    let major = Int(version.prefix { $0 != "." }) ?? 3
    let layer = try LayerConfiguration(configuration, file: file)
    let graph = KerasGraph(weights, version: major, file: file)
    guard let model = layer.model else {
      throw NetworkError(
        unsupported: [.init(node: layer.name, operation: layer.className)], in: file)
    }
    let outputs = try graph.apply(model, at: .init(), to: nil)
    for (reference, tensor) in zip(model.outputs, outputs) {
      try graph.addOutput(reference.layer, tensor)
    }
    self = try graph.finished()
  }
}
