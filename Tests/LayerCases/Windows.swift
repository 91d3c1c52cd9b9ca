import Convolution

extension LayerCase {
  /// The layer with nothing but the samples in `read` and the residual in `region`.
  package func window(_ read: [Range<Int>], for region: [Range<Int>]) -> LayerCase {
    let inputs = [0..<inputShape[0], 0..<inputShape[1]] + read
    let outputs = [0..<outputShape[0], 0..<outputShape[1]] + region
    var window = self
    window.inputShape = inputs.map(\.count)
    window.x = part(x, of: inputShape, inputs)
    window.residual = residual.map { part($0, of: outputShape, outputs) }
    return window
  }

  /// What a plan of a region gives of this window, which is of `shape`, N C \*spatial.
  package func run(_ plan: Plan, outputShape shape: [Int]) throws(ConvolutionError) -> [Float] {
    var residual: Tensor?
    if let values = self.residual {
      residual = try Tensor(arranging: values, shape: shape, in: plan.layout)
    }
    let output = try plan.run(input(in: plan.layout), residual: residual)
    return channelsFirst(output.elements, shape: shape, from: plan.layout)
  }
}
