extension NeuralNetworkWriter {
  /// What makes of many elements a few, or of all of them each.
  static let joiningLayers: [String: Writer] = [
    "reduce_sum": { $0.reduction($1) { .reduceSum($0) } },
    "reduce_mean": { $0.reduction($1) { .reduceMean($0) } },
    "reduce_min": { $0.reduction($1) { .reduceMin($0) } },
    "reduce_max": { $0.reduction($1) { .reduceMax($0) } },
    "reduce_prod": { $0.reduction($1) { .reduceProduct($0) } },
    "reduce_l1_norm": { $0.reduction($1) { .reduceL1($0) } },
    "reduce_l2_norm": { $0.reduction($1) { .reduceL2($0) } },
    "reduce_sum_square": { $0.reduction($1) { .reduceSumSquare($0) } },
    "reduce_log_sum_exp": { $0.reduction($1) { .reduceLogSumExp($0) } },
    "reduce_argmax": { $0.extremum($1) { .argMax($0) } },
    "reduce_argmin": { $0.extremum($1) { .argMin($0) } },
    "softmax": { writer, operation in
      let axis = Int64(operation.integer("axis"))
      writer.add(operation, [operation.value("x")], .softmax(.with { $0.axis = axis }))
    },
    "topk": { writer, operation in
      let (axis, k) = (Int64(operation.integer("axis")), UInt64(operation.integer("k")))
      let isBottom = operation.bool("ascending")
      writer.add(
        operation, [operation.value("x")],
        .topK(.with { ($0.axis, $0.k, $0.isBottom) = (axis, k, isBottom) }))
    },
    "cumsum": { writer, operation in
      writer.add(
        operation, [operation.value("x")],
        .cumulativeSum(
          .with {
            $0.axis = Int64(operation.integer("axis"))
            $0.isExclusive = operation.bool("exclusive")
            $0.isReversed = operation.bool("reverse")
          }))
    },
    "matmul": { writer, operation in
      let (a, b) = (operation.bool("transpose_x"), operation.bool("transpose_y"))
      writer.add(
        operation, [operation.value("x"), operation.value("y")],
        .matrixProduct(.with { ($0.transposesA, $0.transposesB) = (a, b) }))
    },
    "linear": { $0.linear($1) },
    "batch_norm": { $0.batchNormalization($1, computesStatistics: false) },
    "instance_norm": { $0.batchNormalization($1, computesStatistics: true) },
    "layer_norm": { writer, operation in
      let x = operation.value("x")
      let (gamma, beta) = (
        writer.weights(operation.tensor("gamma")), writer.weights(operation.tensor("beta"))
      )
      writer.add(
        operation, [x],
        .layerNormalization(
          .with {
            $0.shape = operation.integers("axes").map { Int64(x.shape[$0]) }
            $0.epsilon = operation.float("epsilon")
            ($0.gamma, $0.beta) = (gamma, beta)
          }))
    },
    "local_response_norm": { writer, operation in
      let x = operation.value("x")
      let planes = writer.reshaped(x, x.shape.planes)
      writer.add(
        operation, [planes], as: x.shape.planes,
        .localResponseNormalization(
          .with {
            ($0.alpha, $0.beta) = (operation.float("alpha"), operation.float("beta"))
            ($0.k, $0.size) = (operation.float("k"), UInt64(operation.integer("size")))
          }))
    },
  ]

  private mutating func reduction(
    _ operation: MLOperation, _ parameters: (CoreMLReduction) -> CoreMLLayer.OneOf_Parameters
  ) {
    let axes = operation.integers("axes").map(Int64.init)
    let keeps = operation.bool("keep_dims")
    add(
      operation, [operation.value("x")],
      parameters(.with { ($0.axes, $0.keepsAxes) = (axes, keeps) }))
  }

  private mutating func extremum(
    _ operation: MLOperation, _ parameters: (CoreMLExtremumIndex) -> CoreMLLayer.OneOf_Parameters
  ) {
    let (axis, removes) = (Int64(operation.integer("axis")), !operation.bool("keep_dims"))
    add(
      operation, [operation.value("x")],
      parameters(.with { ($0.axis, $0.removesAxis) = (axis, removes) }))
  }

  private mutating func linear(_ operation: MLOperation) {
    let (x, matrix) = (operation.value("x"), operation.tensor("weight"))
    let (weights, bias) = (self.weights(matrix), self.weights(operation.tensor("bias")))
    let (outputs, inputs) = (UInt64(matrix.shape[0]), UInt64(matrix.shape[1]))
    add(
      operation, [x],
      .innerProduct(
        .with {
          ($0.inputChannels, $0.outputChannels) = (inputs, outputs)
          $0.hasBias_p = true
          ($0.weights, $0.bias) = (weights, bias)
        }))
  }

  /// Along the third axis from behind: other images are made planes.
  private mutating func batchNormalization(_ operation: MLOperation, computesStatistics: Bool) {
    let x = operation.value("x")
    func weights(_ name: String) -> CoreMLWeightParameters {
      self.weights(operation.tensor(name))
    }
    let parameters = CoreMLBatchNormalization.with {
      $0.channels = UInt64(x.shape[1])
      ($0.computesStatistics, $0.isOfInstances) = (computesStatistics, computesStatistics)
      $0.epsilon = operation.float("epsilon")
      ($0.gamma, $0.beta) = (weights("gamma"), weights("beta"))
      if !computesStatistics { ($0.mean, $0.variance) = (weights("mean"), weights("variance")) }
    }
    let planes = reshaped(x, x.shape.planes)
    add(operation, [planes], as: x.shape.planes, .batchNormalization(parameters))
  }
}

extension [Int] {
  /// The shape of images of any axes of space as planes.
  fileprivate var planes: [Int] {
    count == 4 ? self : [self[0], self[1], 1, self[2...].reduce(1, *)]
  }
}
