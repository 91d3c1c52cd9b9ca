import Convolution
import ConvolutionFiles

/// The weights of a file, by the layers that have them.
struct KerasWeights {
  /// How a file names them.
  private enum Naming {
    /// Keras 3: the folder `vars` at the layer's place, with weights `0`, `1` and so on.
    case places
    /// The older format: a group for each layer of the outermost model, which lists all weights in it.
    case lists
  }

  private let file: HDF5File
  private let naming: Naming
  /// Where the groups of the older format lie.
  private var folder = ""

  /// Reads what a file has: `.keras`, `.weights.h5` or `.h5`, with or without the model.
  ///
  /// - Throws: `.malformedFile` for other files.
  init(_ bytes: FileBytes) throws(NetworkError) {
    func content() throws(ConvolutionError) -> FileBytes? {
      guard ZipArchive.isArchive(bytes) else { return bytes }
      return try ZipArchive(bytes).bytes(of: "model.weights.h5")
    }
    guard let content = try asNetworkError(content), HDF5File.isHDF5(content) else {
      throw NetworkError(
        .malformedFile, argument: bytes.name,
        received: ZipArchive.isArchive(bytes)
          ? "an archive without model.weights.h5" : "a file that is not HDF5",
        expected: "weights in a .keras, .weights.h5 or .h5 file")
    }
    file = try asNetworkError { () throws(ConvolutionError) in try HDF5File(content) }
    let (hasFolder, hasList) = try asNetworkError { [file] () throws(ConvolutionError) in
      (try file.object(at: "model_weights") != nil, try file.root.attribute("layer_names") != nil)
    }
    naming = hasFolder || hasList ? .lists : .places
    if hasFolder { folder = "model_weights/" }
  }

  /// Whether layers that lie in others have their own weights.
  var hasParts: Bool { naming == .places }

  /// Where the weights of a layer are, in their order; none where the file has none of it.
  ///
  /// - Parameter part: of a layer that lies in the layer.
  func paths(of place: KerasGraph.Place, part: String) throws(NetworkError) -> [String] {
    switch naming {
    case .places:
      let path = place.path + (part.isEmpty ? "" : "/\(part)")
      // TensorFlow 2.12 had another name for it.
      let older = path.replacing("layers/", with: "_layer_checkpoint_dependencies/")
      for path in [path, older] {
        guard let group = try object(path + "/vars") else { continue }
        let names = try asNetworkError { () throws(ConvolutionError) in try group.names() }
        let numbers = names.compactMap { Int($0) }
        guard numbers.count == names.count else {
          throw malformed(path, "weights \(names)", "weights by number")
        }
        return numbers.sorted().map { "\(path)/vars/\($0)" }
      }
      return []
    case .lists:
      let path = folder + place.names[0]
      guard let group = try object(path) else { return [] }
      let names = try list("weight_names", of: group)
      // In a list of several layers, a weight has its layer's name before its own.
      let own =
        place.names.count == 1
        ? names
        : names.filter {
          $0.split(separator: "/").dropLast().contains(Substring(place.names.last!))
        }
      return own.map { "\(path)/\($0)" }
    }
  }

  /// Texts that are an attribute of a group; of many, it is several.
  private func list(_ name: String, of group: HDF5Object) throws(NetworkError) -> [String] {
    func texts(_ name: String) throws(NetworkError) -> [String]? {
      switch try asNetworkError({ () throws(ConvolutionError) in try group.attribute(name) }) {
      case nil: return nil
      case .texts(let texts)?: return texts
      case .numbers(let numbers)? where numbers.isEmpty: return []
      case let other?: throw malformed("\(group.path), \(name)", "\(other)", "texts")
      }
    }
    if let all = try texts(name) { return all }
    var all: [String] = []
    var number = 0
    while let some = try texts("\(name)\(number)") {
      all += some
      number += 1
    }
    return all
  }

  func shape(of path: String) throws(NetworkError) -> [Int] { try dataset(path).shape }

  /// A weight, in floats.
  ///
  /// - Throws: `.malformedFile`, `.outOfMemory`.
  func tensor(at path: String) throws(NetworkError) -> NetworkTensor {
    let dataset = try dataset(path)
    return try NetworkTensor(
      asNetworkError { () throws(ConvolutionError) in try dataset.tensor() })
  }

  private func dataset(_ path: String) throws(NetworkError) -> HDF5Dataset {
    guard let object = try object(path),
      let dataset = try asNetworkError({ () throws(ConvolutionError) in try object.dataset() })
    else { throw malformed(path, "nothing", "a weight") }
    return dataset
  }

  private func object(_ path: String) throws(NetworkError) -> HDF5Object? {
    try asNetworkError { () throws(ConvolutionError) in try file.object(at: path) }
  }

  private func malformed(_ path: String, _ received: String, _ expected: String) -> NetworkError {
    NetworkError(.malformedFile, argument: path, received: received, expected: expected)
  }
}
