import Convolution

@testable import ConvolutionGraph

extension Network {
  /// Plans for the inputs at hand and runs once, on two threads.
  func run(_ inputs: [String: NetworkTensor]) throws -> [String: NetworkTensor] {
    try plan(inputs: inputs.mapValues(\.shape), with: Planner(threads: 2)).run(inputs)
  }
}
