import Foundation
import SwiftProtobuf

@testable import ConvolutionGraph

/// A folder of one of ONNX's tests: a network of one node, and what it computes of what.
struct NodeTest {
  let model: [UInt8]
  let dataSets: [DataSet]

  struct DataSet {
    /// The tensors, as their files have them, in the order of the network's inputs.
    let inputs: [ONNXTensor]
    /// The files of tensors, by the network's names.
    let outputs: [(name: String, file: String)]
  }

  init(_ folder: URL) throws {
    model = [UInt8](try Data(contentsOf: folder.appending(path: "model.onnx")))
    let graph = try ONNXModel(serializedBytes: model).graph
    func file(_ dataSet: URL, _ kind: String, _ index: Int) -> URL {
      dataSet.appending(path: "\(kind)_\(index).pb")
    }
    dataSets = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    )
    .filter { $0.lastPathComponent.hasPrefix("test_data_set_") }
    .map { dataSet in
      DataSet(
        inputs: try graph.input.enumerated().map { index, input in
          var tensor = try ONNXTensor(
            serializedBytes: Data(contentsOf: file(dataSet, "input", index)))
          tensor.name = input.name
          return tensor
        },
        outputs: graph.output.enumerated().map { index, output in
          (output.name, file(dataSet, "output", index).path)
        })
    }
  }

  /// What the network computes of the inputs.
  ///
  /// Inputs that a plan must know, like the amounts of `Pad`, are put into the file, where networks have them.
  func run(_ inputs: [ONNXTensor]) throws -> [String: NetworkTensor] {
    do {
      return try run(model, inputs)
    } catch let error as NetworkError where error.code == .dependsOnData {
      var known = try ONNXModel(serializedBytes: model)
      known.graph.initializer += inputs.dropFirst()
      return try run(known.bytes, inputs)
    }
  }

  private func run(
    _ model: [UInt8], _ inputs: [ONNXTensor]
  ) throws -> [String: NetworkTensor] {
    let network = try Network(onnx: model)
    var tensors: [String: NetworkTensor] = [:]
    for tensor in inputs where network.inputs.contains(where: { $0.name == tensor.name }) {
      tensors[tensor.name] = try NetworkTensor(tensor)
    }
    return try network.plan(inputs: tensors.mapValues(\.shape)).run(tensors)
  }
}

extension NetworkTensor {
  init(_ tensor: ONNXTensor) throws {
    let network = try ONNXModel { $0.initializer = [tensor] }.network()
    self = network.graph.values[0].constant!
  }
}
