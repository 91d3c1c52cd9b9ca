/// The weights of a layer, one after the other.
struct WeightReader {
  private let place: KerasGraph.Place
  /// What errors call the layer.
  private let layer: String
  private let weights: KerasWeights
  /// Those that have not been read; nil: they have not been looked up.
  private var pending: [String]?
  private var part = ""

  init(_ place: KerasGraph.Place, _ layer: String, _ weights: KerasWeights) {
    self.place = place
    self.layer = layer
    self.weights = weights
  }

  /// Goes on with the weights of a layer in this one, by Keras's name of it: `forward_layer/cell`.
  mutating func enter(_ part: String) throws(NetworkError) {
    // The older format has those of all parts in one list.
    guard weights.hasParts else { return }
    try finish()
    self.part = part
    pending = nil
  }

  /// - Throws: `.malformedFile` for a weight that is missing or has another shape; `.outOfMemory`.
  mutating func next(_ name: String, _ shape: [Int?]) throws(NetworkError) -> NetworkTensor {
    var paths = try lookUp()
    guard !paths.isEmpty else {
      throw malformed(name, "no weight", Self.words(shape))
    }
    let path = paths.removeFirst()
    pending = paths
    let found = try weights.shape(of: path)
    guard found.count == shape.count, zip(found, shape).allSatisfy({ $0 == $1 ?? $0 }) else {
      throw malformed(name, Self.words(found), Self.words(shape))
    }
    return try weights.tensor(at: path)
  }

  mutating func skip() {
    if pending?.isEmpty == false { pending?.removeFirst() }
  }

  /// - Throws: `.malformedFile` for weights that nobody has asked for.
  mutating func finish() throws(NetworkError) {
    let paths = try lookUp()
    guard paths.isEmpty else {
      throw malformed("weights", "\(paths.count) more, \"\(paths[0])\" among them", "no others")
    }
  }

  private mutating func lookUp() throws(NetworkError) -> [String] {
    if let pending { return pending }
    let paths = try weights.paths(of: place, part: part)
    pending = paths
    return paths
  }

  private func malformed(_ name: String, _ received: String, _ expected: String) -> NetworkError {
    NetworkError(
      .malformedFile, argument: "\(layer), \(name)", received: received, expected: expected)
  }

  private static func words(_ shape: [Int?]) -> String {
    "shape [\(shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", "))]"
  }
}
