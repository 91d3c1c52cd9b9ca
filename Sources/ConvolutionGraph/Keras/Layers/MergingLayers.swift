import CConvolution

let mergingLayers: [String: LayerMaker] = [
  "Add": { (call) throws(NetworkError) in try call.merged("Add", CONV_ELEMENTWISE_ADD) },
  "Subtract": { (call) throws(NetworkError) in try call.merged("Sub", CONV_ELEMENTWISE_SUB) },
  "Multiply": { (call) throws(NetworkError) in try call.merged("Mul", CONV_ELEMENTWISE_MUL) },
  "Maximum": { (call) throws(NetworkError) in try call.merged("Max", CONV_ELEMENTWISE_MAX) },
  "Minimum": { (call) throws(NetworkError) in try call.merged("Min", CONV_ELEMENTWISE_MIN) },
  "Average": { (call) throws(NetworkError) in
    let count = call.inputs.count
    let sum = try call.merged("Add", CONV_ELEMENTWISE_ADD, suffix: "sum")
    guard let sum else { return nil }
    return [
      try call.add(
        Elementwise("Mul", CONV_ELEMENTWISE_AFFINE, p: 1 / Float(count)), [sum[0]])
    ]
  },
  "Concatenate": { (call) throws(NetworkError) in
    let axis = call.integer("axis") ?? -1
    let tensors = call.tensors
    guard let rank = tensors.first?.rank, (-rank..<rank).contains(axis) else {
      call.reject("setting axis \(axis)")
      return nil
    }
    return [try call.add(ConcatOperator(axis: axis < 0 ? axis + rank : axis), tensors)]
  },
  "Dot": { (call) throws(NetworkError) in try call.dot() },
]

extension LayerCall {
  /// An operation on the first two inputs, on that and the third, and so on. A number may be an input.
  mutating func merged(
    _ name: String, _ operation: conv_elementwise_op, suffix: String? = nil
  ) throws(NetworkError) -> [KerasTensor]? {
    // Layers give inputs of fewer axes more of them behind that of images; operations align the last ones.
    let rank = isOperation ? 0 : tensors.map(\.rank).max() ?? 0
    var operands: [KerasTensor] = []
    for (number, input) in inputs.enumerated() {
      switch input {
      case .tensor(let tensor):
        let missing = rank - tensor.rank
        operands.append(
          missing <= 0
            ? tensor
            : try add(
              ViewOperator(kind: .unsqueeze), [tensor, integers(Array(1...missing), "axes")],
              suffix: "input \(number)"))
      case .value(let value):
        guard let number = value.scalar else {
          reject("input \(value)")
          return nil
        }
        operands.append(constant(try NetworkTensor([Float(number)], shape: []), "constant"))
      }
    }
    guard operands.count > 1 else { return [operands[0]] }
    var result = operands[0]
    for (index, operand) in operands.enumerated().dropFirst() {
      let isLast = index == operands.count - 1
      result = try add(
        Elementwise(name, inputs: 2, operation), [result, operand],
        suffix: isLast ? suffix : "\(index)")
    }
    return [result]
  }

  /// Sums of products along an axis of either input, for each pair of images.
  fileprivate mutating func dot() throws(NetworkError) -> [KerasTensor]? {
    let given = integers("axes") ?? []
    let normalizes = bool("normalize", default: false)
    var pair = tensors
    guard pair.count == 2, pair.allSatisfy({ (2...3).contains($0.rank) }),
      given.count == 1 || given.count == 2
    else {
      reject("axes \(given) of inputs of \(pair.map(\.rank)) axes")
      return nil
    }
    let ranks = pair.map(\.rank)
    var axes = [given[0], given.last!]
    for index in 0...1 where axes[index] < 0 { axes[index] += ranks[index] }
    guard (1..<ranks[0]).contains(axes[0]), (1..<ranks[1]).contains(axes[1]) else {
      reject("setting axes \(given)")
      return nil
    }
    for index in 0...1 {
      if normalizes {
        pair[index] = try unitNormalised(pair[index], [axes[index]], suffix: "input \(index)")
      }
      // The axis is the last one of the first matrix, and the first one of the second.
      if ranks[index] == 2 {
        pair[index] = try add(
          ViewOperator(kind: .unsqueeze), [pair[index], integers([index == 0 ? 1 : 2], "axes")],
          suffix: "matrix \(index)")
      } else if axes[index] != 2 - index {
        pair[index] = try add(
          TransposeOperator(permutation: [0, 2, 1]), [pair[index]], suffix: "matrix \(index)")
      }
    }
    let isMatrix = ranks[0] == 3 && ranks[1] == 3
    let product = try add(MatrixProduct(), pair, suffix: isMatrix ? nil : "product")
    if isMatrix { return [product] }
    return [
      try add(
        ViewOperator(kind: .squeeze), [product, integers([ranks[0] == 2 ? 1 : 2], "axes")])
    ]
  }
}
