extension MatrixProduct: ONNXWriting {
  func write(to writer: inout ONNXWriter) throws(NetworkError) {
    var (a, b) = (try writer.input(0), try writer.input(1))
    let c = beta == 0 ? nil : writer.optionalInput(2)
    let isPlain = alpha == 1 && c == nil && !transposesA && !transposesB
    let areMatrices = [0, 1].allSatisfy {
      writer.knownRank($0).map { $0 == 2 } ?? (description == "Gemm")
    }
    guard isPlain || !areMatrices else {
      // Until opset 11 there is always something added.
      let zero = try NetworkTensor(repeating: 0, shape: [1])
      let addend = c == nil && writer.opset < 11 ? writer.constant(zero, "c") : c
      let y = writer.add(
        "Gemm", [a, b, addend],
        [
          "alpha": .float(alpha), "beta": .float(beta), "transA": .integer(transposesA ? 1 : 0),
          "transB": .integer(transposesB ? 1 : 0),
        ])
      return writer.setOutput(0, y)
    }
    if transposesA { a = writer.transpose(a, [1, 0]) }
    if transposesB { b = writer.transpose(b, [1, 0]) }
    var y = writer.add("MatMul", [a, b])
    if alpha != 1 { y = writer.add("Mul", [y, try writer.number(alpha)]) }
    if let c {
      let addend = beta == 1 ? c : writer.add("Mul", [c, try writer.number(beta)])
      y = writer.add("Add", [y, addend])
    }
    writer.setOutput(0, y)
  }
}
