import Convolution
import ConvolutionFiles

extension Graph {
  /// Gives constants the values that a file has under their names.
  ///
  /// - Throws: `.malformedFile` for a file that cannot be read, and for tensors of floats that are no constants here or have
  ///   another shape; `.outOfMemory`.
  mutating func setConstants(fromFile path: String) throws(NetworkError) {
    let file = try asNetworkError { () throws(ConvolutionError) in try TensorFile(contentsOf: path)
    }
    let constants = constantsByName()
    var strangers: [String] = []
    for entry in file.entries {
      guard let value = constants[entry.name], let old = constant(value) else {
        // Counters of batches, and the like, are no weights.
        if entry.element.isFloat { strangers.append(entry.name) }
        continue
      }
      guard old.element == .float32, old.shape == entry.shape else {
        throw NetworkError(
          .malformedFile, argument: "\(path), \(entry.name)",
          received: "\(entry.element) of shape \(entry.shape)", expected: "\(old.type)")
      }
      let tensor = try asNetworkError { () throws(ConvolutionError) in
        try file.tensor(named: entry.name)
      }
      setConstant(try NetworkTensor(tensor), of: value)
    }
    guard strangers.isEmpty else {
      let some = strangers.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
      let rest = strangers.count > 3 ? " and \(strangers.count - 3) more" : ""
      let names = constants.keys.sorted().prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
      throw NetworkError(
        .malformedFile, argument: path, received: "\(some)\(rest)",
        expected: names.isEmpty
          ? "no weights, of which the network has none"
          : "names that the network has, such as \(names)")
    }
  }

  private func constantsByName() -> [String: ValueID] {
    Dictionary(
      allValues.filter { constant($0) != nil }.map { (self[$0].name, $0) }
    ) { first, _ in first }
  }
}
