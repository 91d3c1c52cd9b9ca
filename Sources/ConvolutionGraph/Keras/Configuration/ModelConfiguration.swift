/// A model of a configuration: layers, which of them are applied to what, and what the model takes and gives.
///
/// A sequence of layers is one whose layers are applied each to what the last one gives.
struct ModelConfiguration: Sendable {
  private(set) var layers: [LayerConfiguration] = []
  let inputs: [LayerConfiguration.Reference]
  let outputs: [LayerConfiguration.Reference]
  /// Whether each layer is applied to what the last one gives; the first one is then the input.
  let isSequence: Bool

  private static let sequentialName = "Sequential"

  static func isModel(_ className: String) -> Bool {
    [sequentialName, "Functional", "Model", "Network"].contains(className)
  }

  /// - Parameters:
  ///   - name: the model's.
  ///   - file: what errors call the configuration.
  /// - Throws: `.malformedFile`.
  init(
    _ className: String, _ config: JSON, name: String, file: String
  ) throws(NetworkError) {
    isSequence = className == Self.sequentialName
    // Once a sequence's configuration was the list of its layers.
    guard let items = config["layers"]?.array ?? config.array else {
      throw NetworkError(
        .malformedFile, argument: file, received: "model \"\(name)\" without layers",
        expected: "a list of them")
    }
    for item in items {
      var layer = try LayerConfiguration(item, file: file)
      if !isSequence {
        layer.calls = (item["inbound_nodes"]?.array ?? []).map { LayerConfiguration.Call($0) }
      }
      layers.append(layer)
    }
    if isSequence {
      if layers.first?.className != "InputLayer" {
        let shape = config["build_input_shape"] ?? Self.inputShape(of: layers.first) ?? .null
        layers.insert(Self.input("\(layers.first?.name ?? name)_input", shape), at: 0)
      }
      for index in layers.indices.dropFirst() {
        layers[index].calls = [.init(inputs: [.tensor(Self.output(of: layers[index - 1]))])]
      }
      inputs = [Self.output(of: layers[0])]
      outputs = [Self.output(of: layers.last!)]
    } else {
      inputs = Self.references(config["input_layers"])
      outputs = Self.references(config["output_layers"])
    }
    guard Set(layers.map(\.name)).count == layers.count else {
      throw NetworkError(
        .malformedFile, argument: file, received: "two layers of one name in model \"\(name)\"",
        expected: "names of their own")
    }
  }

  private static func references(_ json: JSON?) -> [LayerConfiguration.Reference] {
    LayerConfiguration.Input.all(in: json ?? .null).compactMap {
      if case .tensor(let reference) = $0 { reference } else { nil }
    }
  }

  private static func output(of layer: LayerConfiguration) -> LayerConfiguration.Reference {
    .init(layer: layer.name, call: 0, output: 0)
  }

  private static func input(_ name: String, _ shape: JSON) -> LayerConfiguration {
    LayerConfiguration(
      name: name, className: "InputLayer", options: ["batch_shape": shape], model: nil)
  }

  /// The shape that a sequence's first layer says its input has.
  private static func inputShape(of layer: LayerConfiguration?) -> JSON? {
    guard let layer else { return nil }
    guard let first = layer.model?.layers.first(where: { $0.className == "InputLayer" }) else {
      return layer.options["batch_input_shape"]
    }
    return first.options["batch_shape"] ?? first.options["batch_input_shape"]
  }
}
