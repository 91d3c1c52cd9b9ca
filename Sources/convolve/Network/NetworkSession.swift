import Convolution
import ConvolutionGraph

/// A network, and the plan for the shapes that came last.
struct NetworkSession {
  let path: String
  let network: Network
  let planner: Planner
  /// Of images between steps; nil: the faster one.
  let layout: Layout?
  let loadingTime: Duration
  private(set) var planningTime = Duration.zero
  private(set) var plan: NetworkPlan?

  init(_ path: String, with planner: Planner, layout: Layout?) throws(NetworkError) {
    let clock = ContinuousClock()
    let start = clock.now
    self.path = path
    self.planner = planner
    self.layout = layout
    network = try Network(contentsOf: path)
    loadingTime = clock.now - start
  }

  /// The plan for inputs of these shapes.
  ///
  /// - Throws: what planning throws; `.shapeMismatch` for other elements than the network takes.
  mutating func plan(for inputs: [String: NetworkTensor]) throws(NetworkError) -> NetworkPlan {
    for input in network.inputs {
      guard let tensor = inputs[input.name], tensor.element != input.element else { continue }
      throw NetworkError(
        .shapeMismatch, argument: input.name, received: "\(tensor.type)",
        expected: "elements of \(input.element)")
    }
    if let plan, plan.inputs.allSatisfy({ inputs[$0.name]?.shape == $0.type.shape }) { return plan }
    let clock = ContinuousClock()
    let start = clock.now
    let plan = try network.plan(
      inputs: inputs.mapValues(\.shape), with: planner, layout: layout)
    planningTime = clock.now - start
    self.plan = plan
    return plan
  }
}
