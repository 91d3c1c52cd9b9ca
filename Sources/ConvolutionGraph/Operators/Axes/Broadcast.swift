/// Tensors that are aligned at their last axes, each repeated along the axes where its extent is 1, as NumPy does.
struct Broadcast: Sendable {
  /// What all of them come to.
  let shape: [Int]
  let axes: CollapsedAxes

  /// - Throws: `.shapeMismatch` for extents that differ and are not 1, and as ``CollapsedAxes``.
  init(_ shapes: [[Int]]) throws(NetworkError) {
    let rank = shapes.map(\.count).max() ?? 0
    let aligned = shapes.map { Array(repeating: 1, count: rank - $0.count) + $0 }
    var common = Array(repeating: 1, count: rank)
    for shape in aligned {
      for axis in 0..<rank where shape[axis] != 1 {
        guard common[axis] == 1 || common[axis] == shape[axis] else {
          throw NetworkError(
            .shapeMismatch, argument: "inputs",
            received: "shapes \(shapes.map(\.description).joined(separator: ", "))",
            expected: "extents that are alike or 1, aligned at the last axis")
        }
        common[axis] = shape[axis]
      }
    }
    shape = try TensorType(.float32, common).checked().shape
    axes = try CollapsedAxes(shape, strides: aligned.map(Self.strides))
  }

  /// The first inputs of a node.
  ///
  /// - Parameter secondInputAxis: the axis of the first input that the second one's first axis is aligned with; nil: the
  ///   last ones are aligned.
  /// - Throws: as above, and `.invalidValue`.
  init(_ arguments: Arguments, count: Int, secondInputAxis: Int? = nil) throws(NetworkError) {
    var shapes: [[Int]] = []
    for index in 0..<count { shapes.append(try arguments.type(index, "input \(index)").shape) }
    if let secondInputAxis, shapes[1] != shapes[0] {
      let behind = shapes[0].count - (try shapes[0].axis(secondInputAxis)) - shapes[1].count
      guard behind >= 0 else {
        throw NetworkError(
          .shapeMismatch, argument: "input 1", received: "shape \(shapes[1])",
          expected: "axes that \(shapes[0]) has from axis \(secondInputAxis) on")
      }
      shapes[1] += Array(repeating: 1, count: behind)
    }
    try self.init(shapes)
  }

  /// Of a tensor that repeats along its axes of extent 1.
  static func strides(of shape: [Int]) -> [Int] {
    zip(shape, CollapsedAxes.strides(of: shape)).map { $0 == 1 ? 0 : $1 }
  }

  /// How the operator that does the same to permuted inputs has them permuted: all that have more than one element are, and
  /// have as many axes as the result. nil where it is not so.
  static func permuted(by permutation: [Int], _ arguments: Arguments) -> [[Int]?]? {
    var inputs: [[Int]?] = []
    for index in 0..<arguments.count {
      guard let shape = arguments[index]?.type.shape, shape.count <= permutation.count else {
        return nil
      }
      let isOne = shape.allSatisfy { $0 == 1 }
      guard isOne || shape.count == permutation.count else { return nil }
      inputs.append(isOne ? nil : permutation)
    }
    return inputs.contains { $0 != nil } ? inputs : nil
  }
}
