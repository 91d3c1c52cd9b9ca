import CConvolution

/// `LRN`: elements by a power of the squares of those in the channels around.
struct LocalResponseNormalisation: Operator {
  let size: Int
  let alpha, beta, k: Float
  var channelAxis = 1
  let description = "LRN"

  init?(_ reader: inout NodeReader) {
    guard let size = reader.integer("size"), (1...Int(Int32.max)).contains(size) else {
      reader.reject("no attribute size that is positive")
      return nil
    }
    self.size = size
    alpha = reader.float("alpha", default: 1e-4)
    beta = reader.float("beta", default: 0.75)
    k = reader.float("bias", default: 1)
  }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.floatShape(0, "x")
    _ = try x.axis(channelAxis)
    return [TensorType(.float32, x)]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let split = AxisSplit(outputs[0].shape, axis: channelAxis)
    let (isa, threads) = (context.isa, context.threads)
    return SwiftStep { [size, alpha, beta, k] operands in
      conv_run_lrn(
        isa, operands.floats(0), operands.outputFloats(0), Int64(split.outer), Int64(split.count),
        Int64(split.inner), Int32(size), alpha, beta, k, threads)
    }
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard permutation.count > channelAxis else { return nil }
    var operation = self
    operation.channelAxis = permutation.place(of: channelAxis)
    return Permuted(operation: operation, inputs: [permutation])
  }
}
