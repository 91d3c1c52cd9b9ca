import ConvolutionFiles
import Foundation
import TestSupport
import Testing

@testable import ConvolutionGraph

/// What is wrong with a model of Keras, or is not supported, is an error that says so.
struct KerasErrorTests {
  private let sample = KerasSample("merged.keras")

  /// Reads the sample with another configuration.
  private func read(_ change: (inout String) -> Void) throws {
    var text = String(decoding: try sample.file("config.json"), as: UTF8.self)
    change(&text)
    try read(text)
  }

  private func read(_ configuration: String, weights: [UInt8]? = nil) throws {
    try read([
      ("config.json", Array(configuration.utf8)),
      ("model.weights.h5", weights ?? sample.file("model.weights.h5")),
    ])
  }

  private func read(_ files: [(name: String, content: [UInt8])]) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.keras"
      try Data(storedArchive(files)).write(to: URL(filePath: path))
      _ = try Network(contentsOf: path)
    }
  }

  @Test func allThatIsNotSupportedIsListedAtOnce() throws {
    do {
      try read {
        $0 = $0.replacing("\"class_name\": \"Average\"", with: "\"class_name\": \"Lambda\"")
          .replacing("\"class_name\": \"Minimum\"", with: "\"class_name\": \"Custom\"")
          .replacing("\"activation\": \"linear\"", with: "\"activation\": \"sparsemax\"")
      }
      Issue.record("no error")
    } catch let error as NetworkError {
      #expect(error.code == .unsupported)
      let operations = error.unsupported.map(\.operation)
      #expect(operations.contains("Lambda"))
      #expect(operations.contains("Custom"))
      #expect(
        error.unsupported.contains(
          .init(
            node: "conv2d", operation: "Conv2D", detail: "activation sparsemax"))
          || error.unsupported.contains { $0.detail == "activation sparsemax" })
    }
  }

  @Test func settingsThatAreNotKnownAreNotPassedOver() {
    expectError(.unsupported, ["Conv2D", "setting twist 3"]) {
      try read { $0 = $0.replacing("\"filters\": 4", with: "\"twist\": 3, \"filters\": 4") }
    }
    expectError(.unsupported, ["elements of type int8_from_float32"]) {
      try read {
        $0 = $0.replacing("{\"name\": \"float32\"}", with: "{\"name\": \"int8_from_float32\"}")
      }
    }
  }

  @Test func weightsOfAnotherShapeAreAnErrorThatNamesTheLayer() {
    expectError(.malformedFile, ["(Conv2D), kernel", "[3, 3, 3, 4]", "[3, 3, ?, 5]"]) {
      try read { $0 = $0.replacing("\"filters\": 4", with: "\"filters\": 5") }
    }
    expectError(.malformedFile, ["(Conv2D)", "no weight", "[5, 5, ?, 4]"]) {
      try read(
        String(decoding: sample.file("config.json"), as: UTF8.self)
          .replacing("\"kernel_size\": [3, 3]", with: "\"kernel_size\": [5, 5]"),
        weights: KerasSample("operations.keras").file("model.weights.h5"))
    }
  }

  @Test func weightsAloneAreAnErrorThatSaysSo() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.weights.h5"
      try Data(try sample.file("model.weights.h5")).write(to: URL(filePath: path))
      expectError(.malformedFile, [path, "without model_config"]) {
        _ = try Network(contentsOf: path)
      }
    }
    expectError(.malformedFile, ["without config.json"]) { try read([("data.pkl", [])]) }
    expectError(.malformedFile, ["without model.weights.h5"]) {
      try read([("config.json", Array("{}".utf8))])
    }
  }

  @Test func textsThatAreNoConfigurationAreErrors() {
    for text in ["", "{", "[1,]", "{\"a\" 1}", "\"\\u12\"", "nul", "1e", "\"\\ud800\""] {
      expectError(.malformedFile, ["config.json"]) { try read(text) }
    }
    for text in ["{}", "[]"] {
      expectError(.malformedFile, ["as a layer", "class_name"]) { try read(text) }
    }
    expectError(.malformedFile, ["values in each other"]) {
      try read(String(repeating: "[", count: 1 << 20))
    }
    expectError(.malformedFile, ["fewer values"]) {
      try read("[" + String(repeating: "1,", count: 1 << 20) + "1]")
    }
  }

  /// A layer of a Functional model, applied to what others give.
  private func layer(_ className: String, _ name: String, _ config: String, on inputs: [String])
    -> String
  {
    let nodes = inputs.map { "[[\"\($0)\", 0, 0, {}]]" }.joined(separator: ", ")
    return """
      {"class_name": "\(className)", "name": "\(name)", "config": {"name": "\(name)", \
      "trainable": true\(config)}, "inbound_nodes": [\(nodes)]}
      """
  }

  private func functional(_ layers: [String], output: String, call: Int = 0) -> String {
    """
    "layers": [\(layers.joined(separator: ", "))], "input_layers": [["x", 0, 0]], \
    "output_layers": [["\(output)", \(call), 0]]
    """
  }

  private var input: String { layer("InputLayer", "x", ", \"batch_shape\": [null, 3]", on: []) }

  private func model(_ config: String) -> String {
    "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \(config)}}"
  }

  @Test func layersThatNeedEachOtherAreAnError() {
    let loop = [
      input, layer("ReLU", "a", "", on: ["b"]), layer("ReLU", "b", "", on: ["a"]),
    ]
    expectError(.malformedFile, ["need each other's outputs"]) {
      try read(model(functional(loop, output: "b")))
    }
    expectError(.malformedFile, ["layer \"z\""]) {
      try read(model(functional([input, layer("ReLU", "a", "", on: ["z"])], output: "a")))
    }
    expectError(.malformedFile, ["two layers of one name"]) {
      try read(model(functional([input, input], output: "x")))
    }
  }

  @Test(arguments: ["[3, 1]", "[1, 3]", "[0, 1]", "[-4, 1]", "[1, -4]"])
  func productsAlongAxesThatThereAreNotAreReported(axes: String) {
    let matrix = layer("InputLayer", "x", ", \"batch_shape\": [null, 3, 3]", on: [])
    let product = layer("Dot", "d", ", \"axes\": \(axes)", on: ["x"])
      .replacing("[[\"x\", 0, 0, {}]]", with: "[[\"x\", 0, 0, {}], [\"x\", 0, 0, {}]]")
    expectError(.unsupported, ["Dot", "axes \(axes)"]) {
      try read(model(functional([matrix, product], output: "d")))
    }
  }

  /// Whole, or of what has more than 80 characters the beginning.
  @Test(arguments: [1, 78, 79]) func argumentsOfACallAreReported(count: Int) {
    let word = "\"" + String(repeating: "w", count: count) + "\""
    let said = count < 79 ? word : word.prefix(77) + "..."
    let call = layer("ReLU", "a", "", on: ["x"])
      .replacing("[[\"x\", 0, 0, {}]]", with: "[[\"x\", 0, 0, {\"mask\": \(word)}]]")
    expectError(.unsupported, ["ReLU", "argument mask \(said) of its call"]) {
      try read(model(functional([input, call], output: "a")))
    }
  }

  /// What stands for the extents of a volume has a cube that counts in 32 bits.
  @Test func volumesOfAnyExtentsAreNoError() throws {
    let volume = layer("InputLayer", "x", ", \"batch_shape\": [null, null, null, null, 2]", on: [])
    let pool = layer("MaxPooling3D", "p", ", \"pool_size\": [2, 2, 2]", on: ["x"])
    try read(model(functional([volume, pool], output: "p")))
  }

  @Test func modelsInModelsAreNotAppliedWithoutEnd() {
    var inner = functional([input, layer("ReLU", "a", "", on: ["x"])], output: "a")
    for _ in 0..<24 {
      // Applied to the input, and to what that gives.
      let twice = layer("Functional", "m", ", " + inner, on: ["x", "m"])
      inner = functional([input, twice], output: "m", call: 2)
    }
    expectError(.malformedFile, ["applications of layers"]) { try read(model(inner)) }
  }

  @Test func aMutatedFileIsReadOrAnErrorInLittleMemory() async {
    await #expect(processExitsWith: .success) {
      var random = SplitMix64(seed: 9)
      let archive = KerasSample("operations.keras")
      let stored = try storedArchive([
        ("config.json", archive.file("config.json")),
        ("model.weights.h5", archive.file("model.weights.h5")),
      ])
      let legacy = [UInt8](
        try Data(contentsOf: URL(filePath: KerasSample("operations.h5").path)))
      try withTemporaryFolder { folder in
        for (name, file) in [("model.keras", stored), ("model.h5", legacy)] {
          let path = "\(folder)/\(name)"
          try Data(file).write(to: URL(filePath: path))
          _ = try Network(contentsOf: path)
          try limitMemory(to: 4 * file.count + 16 << 20)
          for _ in 0..<200 {
            var bytes = file
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, &random) }
            try Data(bytes).write(to: URL(filePath: path))
            do throws(NetworkError) {
              _ = try Network(contentsOf: path)
            } catch {
              #expect(error.code != .outOfMemory)
            }
          }
        }
      }
    }
  }
}
