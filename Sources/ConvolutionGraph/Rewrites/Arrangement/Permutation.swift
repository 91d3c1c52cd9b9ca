// A permutation p of axes: axis i of the permuted tensor is axis p[i] of the tensor.

extension [Int] {
  /// The permutation that undoes this one.
  var inversePermutation: [Int] {
    var inverse = self
    for (index, axis) in enumerated() { inverse[axis] = index }
    return inverse
  }

  var isIdentityPermutation: Bool { indices.allSatisfy { self[$0] == $0 } }

  /// This permutation after another one.
  func permutation(after first: [Int]) -> [Int] { map { first[$0] } }
}

extension Graph {
  /// The permutation by which a node transposes its input; nil: it does something else, or shapes are not known.
  func transposition(_ node: Node?) -> [Int]? {
    guard let node, let transpose = node.operation as? TransposeOperator,
      let x = type(node.inputs[0])
    else { return nil }
    return try? transpose.permutation(rank: x.shape.count)
  }

  /// A node that transposes a value, and its output.
  mutating func transpose(_ value: ValueID, _ permutation: [Int]) -> (node: Node, output: ValueID) {
    let output = addValue("\(self[value].name) transposed")
    let node = Node(
      self[output].name, TransposeOperator(permutation: permutation), [value], [output])
    return (node, output)
  }

  /// A node that gives a value another shape.
  mutating func view(
    _ value: ValueID, _ shape: [Int], output: ValueID? = nil
  ) throws(NetworkError) -> (node: Node, output: ValueID) {
    let extents = addConstant(
      "shape", try NetworkTensor(shape.map(Int64.init), shape: [shape.count]))
    let output = output ?? addValue("\(self[value].name) reshaped")
    let node = Node(
      self[output].name, ViewOperator(kind: .reshape(allowsZero: true)), [value, extents], [output])
    return (node, output)
  }
}
