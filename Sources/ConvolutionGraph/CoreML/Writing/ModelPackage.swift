import Convolution
import ConvolutionFiles

/// A `.mlpackage`: a folder with a manifest, a program and its file of weights.
struct ModelPackage {
  private let model: CoreMLModel
  private let weights: WeightFile

  init(_ program: MLProgram, _ precision: CoreMLWeights) {
    var writer = MILWriter(precision, names: program.names)
    let message = writer.program(program)
    var model = CoreMLModel(program, version: writer.opset.rawValue)
    model.program = message
    self.model = model
    weights = writer.weights
  }

  private static let folder = "com.apple.CoreML"

  /// What a manifest says of a part of the package; names that are unique in it, and always the same.
  private struct Item {
    let identifier, path, description: String

    static let model = Item(
      identifier: "6D6F6465-6C00-4000-8000-000000000001", path: "model.mlmodel",
      description: "CoreML Model Specification")
    static let weights = Item(
      identifier: "6D6F6465-6C00-4000-8000-000000000002", path: "weights",
      description: "CoreML Model Weights")

    var entry: String {
      """
          "\(identifier)": {
            "author": "com.apple.CoreML",
            "description": "\(description)",
            "name": "\(path)",
            "path": "\(folder)/\(path)"
          }
      """
    }
  }

  private var manifest: String {
    let items = weights.isEmpty ? [Item.model] : [Item.model, .weights]
    return """
      {
        "fileFormatVersion": "1.0.0",
        "itemInfoEntries": {
      \(items.map(\.entry).joined(separator: ",\n"))
        },
        "rootModelIdentifier": "\(Item.model.identifier)"
      }

      """
  }

  /// The files, by their paths in the package.
  func files() throws(NetworkError) -> [(path: String, content: [UInt8])] {
    var files = [
      ("Manifest.json", Array(manifest.utf8)),
      ("Data/\(Self.folder)/\(Item.model.path)", try model.serialized()),
    ]
    if !weights.isEmpty {
      files.append(("Data/\(Self.folder)/\(Item.weights.path)/weight.bin", weights.bytes))
    }
    return files
  }
}
