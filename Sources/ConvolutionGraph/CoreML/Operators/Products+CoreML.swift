extension MatrixProduct {
  /// A constant matrix, and a constant that is the same in every row, are a `linear` operation's.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    var (a, b) = (try scope.input(0), try scope.input(1))
    if transposesA { a = try scope.transposed(a, [1, 0]) }
    let addend = beta != 0 && scope.hasInput(2) ? try scope.input(2) : nil
    if let weights = b.constant, b.rank == 2, a.rank <= 3 {
      return [try linear(a, weights, addend, &scope)]
    }
    // Vectors are matrices of one row or column.
    let shape = scope.type().shape
    if a.rank == 1 { a = try scope.reshaped(a, [1] + a.shape) }
    let isColumn = b.rank == 1
    if isColumn { b = try scope.reshaped(b, b.shape + [1]) }
    let columns = b.shape[transposesB ? b.rank - 2 : b.rank - 1]
    let batch = try Broadcast([Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2))]).shape
    let product = try scope.add(
      "matmul",
      ["x": .value(a), "y": .value(b), "transpose_x": false, "transpose_y": .bool(transposesB)],
      MLType(.float32, batch + [a.shape[a.rank - 2], columns]))
    let scaled = try scope.affine(scope.reshaped(product, shape), alpha, 0)
    return [try adding(addend, to: scaled, &scope)]
  }

  private func linear(
    _ a: MLValue, _ weights: NetworkTensor, _ addend: MLValue?, _ scope: inout MLScope
  ) throws(NetworkError) -> MLValue {
    let matrix = transposesB ? weights : try weights.transposedMatrix()
    let scaled = try matrix.scaled(by: alpha)
    let outputs = matrix.shape[0]
    let isInside =
      addend?.constant != nil && addend!.shape.dropLast().allSatisfy { $0 == 1 }
      && [1, outputs].contains(addend!.shape.last!)
    var bias = [Float](repeating: 0, count: outputs)
    if isInside, let values = addend?.constant?.floats {
      for index in bias.indices { bias[index] = beta * values[values.count == 1 ? 0 : index] }
    }
    let y = try scope.add(
      "linear",
      [
        "x": .value(a), "weight": .value(scope.constant(scaled, "weight")),
        "bias": .value(scope.constant(try NetworkTensor(bias, shape: [outputs]), "bias")),
      ], MLType(.float32, a.shape.dropLast() + [outputs]))
    return isInside ? y : try adding(addend, to: y, &scope)
  }

  private func adding(
    _ addend: MLValue?, to y: MLValue, _ scope: inout MLScope
  ) throws(NetworkError) -> MLValue {
    guard let addend else { return y }
    return try scope.binary("add", y, scope.affine(addend, beta, 0))
  }
}

extension NetworkTensor {
  fileprivate func transposedMatrix() throws(NetworkError) -> NetworkTensor {
    let (rows, columns) = (shape[0], shape[1])
    let elements = floats
    var turned: [Float] = []
    turned.reserveCapacity(count)
    for column in 0..<columns {
      for row in 0..<rows { turned.append(elements[row * columns + column]) }
    }
    return try NetworkTensor(turned, shape: [columns, rows])
  }

  fileprivate func scaled(by factor: Float) throws(NetworkError) -> NetworkTensor {
    factor == 1 ? self : try NetworkTensor(floats.map { $0 * factor }, shape: shape)
  }
}
