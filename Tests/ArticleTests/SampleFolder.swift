import Foundation

/// A folder with the files that the articles speak of; it goes with the value.
final class SampleFolder {
  let url = FileManager.default.temporaryDirectory.appending(
    path: "ArticleTests-\(UUID().uuidString)")

  init(_ framework: Framework) throws {
    let samples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, sample) in framework.files {
      try FileManager.default.copyItem(
        at: samples.appending(path: sample), to: url.appending(path: name))
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// Whose model an article moves.
enum Framework {
  case keras, torch

  static func of(_ article: Article) -> Framework {
    ["MovingAKerasModel", "ExportingToCoreML"].contains(article.description) ? .keras : .torch
  }

  /// Names in the articles, and samples.
  var files: KeyValuePairs<String, String> {
    switch self {
    case .keras: ["model.keras": "keras_model.keras", "x.npy": "keras_x.npy"]
    case .torch:
      [
        "model.onnx": "torch_dynamo.onnx", "script.onnx": "torch_script.onnx",
        "model.pth": "torch_state.pth", "x.npy": "torch_x.npy",
      ]
    }
  }
}
