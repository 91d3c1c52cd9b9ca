import Convolution
import ConvolutionFiles
import Foundation

@testable import ConvolutionGraph

/// A folder of `Models`: a network that others have trained, an input, and what onnxruntime computes of it.
struct Model: Sendable, CustomStringConvertible {
  private static let folder = Bundle.module.resourceURL!.appending(path: "Models")

  static let all: [Model] =
    try! FileManager.default.contentsOfDirectory(atPath: folder.path)
    .filter { $0 != "README.md" }.sorted().map(Model.init)

  let description: String

  init(_ name: String) { description = name }

  private func file(_ name: String) -> String {
    Self.folder.appending(path: "\(description)/\(name)").path
  }

  func network() throws -> Network { try Network(contentsOf: file("model.onnx")) }

  func inputs(of network: Network) throws -> [String: NetworkTensor] {
    try tensors("in", network.inputs.map(\.name))
  }

  func outputs(of network: Network) throws -> [String: NetworkTensor] {
    try tensors("out", network.outputs.map(\.name))
  }

  /// A slash in a name is an underscore in the file's.
  private func tensors(_ kind: String, _ names: [String]) throws -> [String: NetworkTensor] {
    try Dictionary(
      uniqueKeysWithValues: names.map { name in
        let path = file("\(kind)__\(name.replacing("/", with: "_")).npy")
        return (name, try NetworkTensor(Tensor(npyFile: path)))
      })
  }
}
