import CConvolution

/// A planned matrix product, and what is done to it in its place.
struct ProductStep: Step {
  enum Product {
    /// b is always the same.
    case layer(ConvolutionStep)
    case matrices(PlannedMatrices)
  }

  let product: Product
  /// Of the product and input 2, to the product.
  let epilogue: ElementwiseStep?

  func run(_ operands: Operands) {
    switch product {
    case .layer(let step): step.run(operands)
    case .matrices(let matrices):
      matrices.run(
        operands.floats(0), operands.floats(1), operands.outputFloats(0),
        workspace: operands.workspace)
    }
    let y = operands.outputFloats(0)
    epilogue?.run(input: { $0 == 0 ? UnsafePointer(y) : operands.floats(2) }, y)
  }

  var workspaceBytes: Int {
    switch product {
    case .layer(let step): step.workspaceBytes
    case .matrices(let matrices): matrices.workspaceBytes
    }
  }

  var predictedNanoseconds: Double? {
    if case .layer(let step) = product { step.predictedNanoseconds } else { nil }
  }

  var floatingPointOperations: Int {
    switch product {
    case .layer(let step): step.floatingPointOperations
    case .matrices(let matrices): matrices.floatingPointOperations
    }
  }

  var algorithm: String {
    switch product {
    case .layer(let step): step.algorithm
    case .matrices: "matrix product"
    }
  }
}

/// Products of matrices that are both computed in a run.
struct PlannedMatrices: Sendable {
  private let matrices: Matrices
  private let places: (a: [Int64], b: [Int64])
  private let isa: conv_isa
  private let threads: Int32

  init(_ matrices: Matrices, _ context: PlanningContext) {
    self.matrices = matrices
    places = matrices.places
    isa = context.isa
    threads = context.threads
  }

  var workspaceBytes: Int {
    withProducts { conv_products_workspace_bytes(isa, $0) } * Int(threads)
  }

  var floatingPointOperations: Int {
    2 &* matrices.rows &* matrices.columns &* matrices.depth &* matrices.count
  }

  func run(
    _ a: UnsafePointer<Float>?, _ b: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>?,
    workspace: UnsafeMutableRawPointer?
  ) {
    withProducts {
      conv_run_products(
        isa, $0, a, b, y, threads,
        conv_workspace(memory: workspace, stride: conv_products_workspace_bytes(isa, $0)))
    }
  }

  private func withProducts<Value>(_ body: (UnsafePointer<conv_products>) -> Value) -> Value {
    places.a.withUnsafeBufferPointer { a in
      places.b.withUnsafeBufferPointer { b in
        var products = conv_products(
          m: Int64(matrices.rows), k: Int64(matrices.depth), n: Int64(matrices.columns),
          a_row: Int64(matrices.aRow), a_column: Int64(matrices.aColumn),
          b_row: Int64(matrices.bRow),
          b_column: Int64(matrices.bColumn), count: Int64(places.a.count), a: a.baseAddress,
          b: b.baseAddress)
        return body(&products)
      }
    }
  }
}
