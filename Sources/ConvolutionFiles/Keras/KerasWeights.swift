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
    var groups: [String: HDF5Object] = [:]
    var datasets: [(path: String, dataset: HDF5Dataset)] = []
    for object in try file.objects() {
      if let dataset = try object.dataset() {
        datasets.append((object.path, dataset))
      } else {
        groups[object.path] = object
      }
    }
    let byPath = Dictionary(datasets.map { ($0.path, $0.dataset) }) { first, _ in first }
    var named = try Self.layerNames(groups).filter { byPath[$0.path] != nil }
    let known = Set(named.map(\.path))
    for (path, _) in datasets where !known.contains(path) {
      named.append((path, try Self.name(of: path, groups)))
    }
    let areUnique = Set(named.map(\.name)).count == named.count
    for (path, name) in named {
      tensors.append(byPath[path]!.stored(as: areUnique ? name : path))
    }
  }

  /// Paths and names in the order of the layers, of a file that lists its layers.
  private static func layerNames(
    _ groups: [String: HDF5Object]
  ) throws(ConvolutionError) -> [(path: String, name: String)] {
    guard let root = groups["model_weights"] ?? groups[""] else { return [] }
    var names: [(path: String, name: String)] = []
    var seen: Set<String> = []
    for layer in try root.texts("layer_names") ?? [] {
      let path = root.path.isEmpty ? layer : "\(root.path)/\(layer)"
      guard let group = groups[path] else { continue }
      for weight in try group.texts("weight_names") ?? [] {
        if seen.insert("\(path)/\(weight)").inserted { names.append(("\(path)/\(weight)", weight)) }
      }
    }
    return names
  }

  /// `layers/conv2d/vars/0`, where the group says that the layer is called `first`, is `first/0`.
  private static func name(
    of path: String, _ groups: [String: HDF5Object]
  ) throws(ConvolutionError) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count >= 2, parts[parts.count - 2] == "vars" else { return path }
    var name: [String] = []
    for place in parts.indices.dropLast()
    where !["layers", "_layer_checkpoint_dependencies", "vars"].contains(parts[place]) {
      let group = parts[...place].joined(separator: "/")
      name.append(try groups["\(group)/vars"]?.attribute("name")?.text ?? parts[place])
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
