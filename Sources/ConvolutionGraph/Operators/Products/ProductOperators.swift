let productOperators: [String: OperatorMaker] = [
  "MatMul": { _ in MatrixProduct() },
  "Gemm": { MatrixProduct(gemm: &$0) },
]
