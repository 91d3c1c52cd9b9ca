import CConvolution
import Convolution

/// `MatMul` and `Gemm`: alpha a b + beta c, where c may be left out and broadcasts to the product.
///
/// `MatMul` has matrices as the last two axes of its operands, and the others broadcast as NumPy's do.
struct MatrixProduct: Operator {
  let description: String
  var alpha: Float = 1
  var beta: Float = 1
  /// Of `Gemm`.
  var transposesA = false
  var transposesB = false

  init(description: String = "MatMul") { self.description = description }

  init(gemm reader: inout NodeReader) {
    description = "Gemm"
    alpha = reader.float("alpha", default: 1)
    beta = reader.float("beta", default: 1)
    transposesA = reader.bool("transA")
    transposesB = reader.bool("transB")
    reader.ignore("broadcast")
  }

  /// a times the transpose of b, plus c.
  static let timesTransposed = {
    var product = MatrixProduct()
    product.transposesB = true
    return product
  }()

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let shape = try matrices(arguments).shape
    if arguments[2] != nil {
      let c = try arguments.floatShape(2, "c")
      guard try Broadcast([shape, c]).shape == shape else {
        throw NetworkError(
          .shapeMismatch, argument: "c", received: "shape \(c)",
          expected: "one that broadcasts to \(shape)")
      }
    }
    return [TensorType(.float32, shape)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let matrices = try matrices(arguments)
    let addend = beta == 0 ? nil : arguments[2]
    if let weights = arguments[1]?.constant, matrices.count == 1, !transposesA,
      !outputs[0].shape.contains(0),
      matrices.depth > 0
    {
      let bias = addend.flatMap { Self.bias($0, columns: matrices.columns) }
      let layer = DenseLayer(
        inputs: matrices.depth, outputs: matrices.columns, weights: weights,
        isTransposed: transposesB,
        scale: alpha, bias: bias, biasScale: beta)
      let rest = bias == nil ? try epilogue(scale: 1, addend, outputs[0].shape, context) : nil
      return ProductStep(
        product: .layer(try layer.step(rows: matrices.rows, context)), epilogue: rest)
    }
    return ProductStep(
      product: .matrices(PlannedMatrices(matrices, context)),
      epilogue: try epilogue(scale: alpha, addend, outputs[0].shape, context))
  }

  /// A constant that is the same in every row.
  private static func bias(_ addend: Argument, columns: Int) -> NetworkTensor? {
    let shape = addend.type.shape
    guard let constant = addend.constant, shape.dropLast().allSatisfy({ $0 == 1 }),
      shape.last == columns || shape.last ?? 1 == 1
    else { return nil }
    return constant
  }

  /// scale y + beta c, in y's place.
  private func epilogue(
    scale: Float, _ addend: Argument?, _ shape: [Int], _ context: PlanningContext
  ) throws(NetworkError) -> ElementwiseStep? {
    guard scale != 1 || addend != nil else { return nil }
    var chain = Elementwise(description, inputs: 2, [.init(CONV_ELEMENTWISE_AFFINE, [0], p: scale)])
    if addend != nil {
      chain.instructions += [
        .init(CONV_ELEMENTWISE_AFFINE, [1], p: beta), .init(CONV_ELEMENTWISE_ADD, [2, 3]),
      ]
    } else {
      chain.inputCount = 1
    }
    let axes = try Broadcast([shape] + (addend.map { [$0.type.shape] } ?? [])).axes
    return ElementwiseStep(chain, axes, context)
  }

  // MARK: Shapes

  private func matrices(_ arguments: Arguments) throws(NetworkError) -> Matrices {
    let (a, b) = (try arguments.floatShape(0, "a"), try arguments.floatShape(1, "b"))
    return try Matrices(a, b, transposesA: transposesA, transposesB: transposesB)
  }
}
