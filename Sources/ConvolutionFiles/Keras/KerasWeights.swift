import Convolution

/// The weights in an HDF5 file, by names that say which layer they are of.
struct KerasWeights {
  private(set) var tensors: [StoredTensor] = []

  /// Every dataset of numbers, under the first of these names that tells it from all others:
  ///
  /// - in a file of Keras 2 and of the old format of Keras 3, the name that the layer gives it: `conv/kernel:0`;
  /// - in a `.weights.h5` file, the names of the layers and the number of the variable in the layer: `conv/0`;
  /// - its path in the file.
  ///
  /// - Throws: `.unsupportedFile`.
  init(_ file: HDF5File) throws(ConvolutionError) {
    let datasets = try file.datasets()
    let byPath = Dictionary(datasets.map { ($0.path, $0.dataset) }) { first, _ in first }
    var named = try Self.layerNames(file).filter { byPath[$0.path] != nil }
    let known = Set(named.map(\.path))
    for (path, _) in datasets where !known.contains(path) {
      named.append((path, try Self.name(of: path, in: file)))
    }
    let counts = Dictionary(named.map { ($0.name, 1) }, uniquingKeysWith: +)
    let areUnique = counts.values.allSatisfy { $0 == 1 }
    for (path, name) in named {
      tensors.append(byPath[path]!.stored(as: areUnique ? name : path))
    }
  }

  /// Paths and names in the order of the layers, of a file that lists its layers.
  private static func layerNames(
    _ file: HDF5File
  ) throws(ConvolutionError) -> [(path: String, name: String)] {
    let root = try file.object(at: "model_weights") ?? file.root
    var names: [(path: String, name: String)] = []
    for layer in try root.texts("layer_names") ?? [] {
      guard let group = try file.object(at: "\(root.path)/\(layer)") else { continue }
      for weight in try group.texts("weight_names") ?? [] {
        names.append(("\(group.path)/\(weight)", weight))
      }
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0.path).inserted }
  }

  /// `layers/conv2d/vars/0`, where the group says that the layer is called `first`, is `first/0`.
  private static func name(of path: String, in file: HDF5File) throws(ConvolutionError) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count >= 2, parts[parts.count - 2] == "vars" else { return path }
    var name: [String] = []
    for place in parts.indices.dropLast() {
      switch parts[place] {
      case "layers", "_layer_checkpoint_dependencies", "vars": continue
      default:
        let group = parts[...place].joined(separator: "/")
        let variables = try file.object(at: "\(group)/vars")
        let isLayer = place > 0 && parts[place - 1] != "vars"
        name.append(
          isLayer ? try variables?.attribute("name")?.text ?? parts[place] : parts[place])
      }
    }
    return (name + [parts[parts.count - 1]]).joined(separator: "/")
  }
}

extension HDF5Object {
  /// The texts of an attribute; nil where there is none. Long lists are in several: `weight_names0`, `weight_names1`...
  package func texts(_ name: String) throws(ConvolutionError) -> [String]? {
    if case .texts(let texts) = try attribute(name) { return texts }
    var texts: [String]?
    var part = 0
    while case .texts(let more) = try attribute("\(name)\(part)") {
      texts = (texts ?? []) + more
      part += 1
    }
    return texts
  }
}
