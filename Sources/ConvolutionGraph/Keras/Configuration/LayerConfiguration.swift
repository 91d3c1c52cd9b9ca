/// A layer, or a model that is used as one, as a configuration has it.
struct LayerConfiguration: Sendable {
  let name: String
  /// `Conv2D`
  let className: String
  /// What the class was made with.
  var options: [String: JSON]
  /// Of a model.
  let model: ModelConfiguration?
  /// What the layer is applied to, each time that it is.
  var calls: [Call] = []

  /// A layer's inputs and settings where it is applied.
  struct Call: Sendable {
    var inputs: [Input]
    /// States that a recurrent layer begins with.
    var states: [Input] = []
    /// Further arguments, by name.
    var options: [String: JSON] = [:]
  }

  enum Input: Sendable {
    case tensor(Reference)
    /// A number, or what else an operation takes.
    case value(JSON)
  }

  /// An output of a layer.
  struct Reference: Sendable {
    let layer: String
    /// Which of its calls; models may begin at 1.
    let call: Int
    let output: Int
    /// As the file says it; nil: it does not.
    var shape: [Int?]?
  }
}

extension LayerConfiguration {
  /// A layer that only says how it is made: `{"class_name": ..., "config": ...}`.
  ///
  /// - Parameter file: what errors call the configuration.
  /// - Throws: `.malformedFile`.
  init(_ json: JSON, file: String) throws(NetworkError) {
    guard let className = json["class_name"]?.string, let config = json["config"] else {
      throw NetworkError(
        .malformedFile, argument: file, received: "\(json) as a layer",
        expected: "a class_name and a config")
    }
    self.className = className
    name = json["name"]?.string ?? config["name"]?.string ?? className
    model =
      ModelConfiguration.isModel(className)
      ? try ModelConfiguration(className, config, name: name, file: file) : nil
    options = config.object ?? [:]
    options["name"] = nil
  }
}

// MARK: - Calls

extension LayerConfiguration.Call {
  /// Keras 3: `{"args": [...], "kwargs": {...}}`. Keras 2: a list of `["layer", call, output, {...}]`.
  init(_ json: JSON) {
    inputs = []
    if let arguments = json["args"] {
      inputs = LayerConfiguration.Input.all(in: arguments)
      for (name, value) in json["kwargs"]?.object ?? [:] { add(name, value) }
    } else {
      inputs = LayerConfiguration.Input.all(in: json)
      for (name, value) in Self.settings(json) { add(name, value) }
    }
  }

  private mutating func add(_ name: String, _ value: JSON) {
    let found = LayerConfiguration.Input.all(in: value)
    let isOfTensors = found.contains { if case .tensor = $0 { true } else { false } }
    if isOfTensors, name == "initial_state" {
      states = found
    } else if isOfTensors, inputs.isEmpty {
      inputs = found
    } else {
      options[name] = value
    }
  }

  /// Keras 2 repeats the settings of a call behind each input.
  private static func settings(_ json: JSON) -> [String: JSON] {
    if let list = json.array {
      if list.count == 4, list[0].string != nil, let settings = list[3].object { return settings }
      return list.reduce(into: [:]) { all, item in all.merge(settings(item)) { $1 } }
    }
    return (json.object ?? [:]).values.reduce(into: [:]) { $0.merge(settings($1)) { $1 } }
  }
}

extension LayerConfiguration.Input {
  /// All that lie in nested lists and objects: in their order, those of objects by their keys.
  static func all(in json: JSON) -> [LayerConfiguration.Input] {
    if let reference = LayerConfiguration.Reference(json) { return [.tensor(reference)] }
    switch json {
    case .array(let items):
      let found = items.flatMap { all(in: $0) }
      // A list without tensors is one value.
      let hasTensor = found.contains { if case .tensor = $0 { true } else { false } }
      return hasTensor || items.isEmpty ? found : [.value(json)]
    case .object(let items) where items["class_name"] == nil:
      return items.sorted { $0.key < $1.key }.flatMap { all(in: $0.value) }
    default: return [.value(json)]
    }
  }
}

extension LayerConfiguration.Reference {
  /// `["layer", call, output]`, maybe with settings behind, or a tensor of Keras 3; nil for anything else.
  init?(_ json: JSON) {
    if let list = json.array, list.count == 3 || list.count == 4, let layer = list[0].string,
      let call = list[1].integer, let output = list[2].integer, call >= 0, output >= 0
    {
      self.init(layer: layer, call: call, output: output)
    } else if json["class_name"]?.string == "__keras_tensor__",
      let history = json["config"]?["keras_history"]
    {
      self.init(history)
      shape = json["config"]?["shape"]?.array?.map(\.integer)
    } else {
      return nil
    }
  }
}
