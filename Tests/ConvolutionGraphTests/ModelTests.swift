import Convolution
import Testing

@testable import ConvolutionGraph

/// Networks that others have trained give what onnxruntime gives: in every layout, on every instruction set, and the same
/// bits on any number of threads.
struct ModelTests {
  @Test(arguments: Model.all) func everyWayToComputeIt(model: Model) throws {
    let network = try model.network()
    let inputs = try model.inputs(of: network)
    let expected = try model.outputs(of: network)

    /// The outputs, which are within a tolerance of the largest one, and the layout.
    func run(
      _ planner: Planner, _ layout: Layout? = nil, within tolerance: Float = 1e-4
    ) throws -> (outputs: [String: NetworkTensor], layout: Layout) {
      let plan = try network.plan(
        inputs: inputs.mapValues(\.shape), with: planner, layout: layout)
      let outputs = try plan.run(inputs)
      #expect(Set(outputs.keys) == Set(expected.keys))
      for (name, expected) in expected {
        let difference = try relativeDifference(#require(outputs[name]), expected)
        #expect(
          difference <= tolerance,
          "\(name), \(planner.accuracy), \(planner.resolvedInstructionSet), \(plan.layout)")
      }
      return (outputs, plan.layout)
    }

    for (accuracy, tolerance) in [(Accuracy.standard, 1e-4), (.exactOrder, model.tolerance)] {
      let one = try run(Planner(threads: 1, accuracy: accuracy), within: Float(tolerance))
      let two = try run(Planner(threads: 2, accuracy: accuracy), within: Float(tolerance))
      #expect(one.outputs == two.outputs)
      #expect(one.layout == two.layout)
    }
    for layout in Layout.allCases { _ = try run(Planner(threads: 2), layout) }
    // The narrower instruction sets, each in another layout.
    for (index, instructionSet) in InstructionSet.allCases.enumerated()
    where instructionSet < Machine.instructionSet {
      _ = try run(
        Planner(threads: 2, instructionSet: instructionSet),
        index.isMultiple(of: 2) ? .channelsFirst : .channelsLast)
    }
  }
}

extension Model {
  /// What the order of sums may do: the README of the models says how far onnxruntime itself moves.
  fileprivate var tolerance: Double { description == "ch_PP-OCRv4_det_infer" ? 1e-4 : 2e-5 }
}
