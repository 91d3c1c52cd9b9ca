extension KerasGraph {
  /// Where a layer is: the models that it lies in, and its place among the layers of each.
  struct Place {
    /// Names of layers, from the outermost model on.
    var names: [String] = []
    /// Where files of Keras 3 have its weights: `layers/functional/layers/conv2d`.
    var path = ""

    var name: String { names.joined(separator: "/") }

    func layer(_ name: String, _ container: String) -> Place {
      Place(names: names + [name], path: path + (path.isEmpty ? "" : "/") + "layers/" + container)
    }
  }

  /// Adds what a model does to its inputs.
  ///
  /// - Parameter given: the inputs; nil: they become inputs of the graph.
  /// - Throws: `.malformedFile`, `.shapeMismatch`; what is not supported is noted.
  func apply(
    _ model: ModelConfiguration, at place: Place, to given: [KerasTensor]?
  ) throws(NetworkError) -> [KerasTensor] {
    var application = ModelApplication(model, at: place, in: self)
    try application.setInputs(given)
    return try application.run()
  }
}

/// A model while it is applied: what its layers have given so far.
private struct ModelApplication {
  let model: ModelConfiguration
  let place: KerasGraph.Place
  let graph: KerasGraph
  /// Layers by name.
  private let numbers: [String: Int]
  private let places: [KerasGraph.Place]
  /// By layer and call; nil: not computed yet.
  private var outputs: [[[KerasTensor]?]]
  /// Calls that wait for another one.
  private var waiting: [Target: [Target]] = [:]

  struct Target: Hashable {
    let layer, call: Int
  }

  init(_ model: ModelConfiguration, at place: KerasGraph.Place, in graph: KerasGraph) {
    self.model = model
    self.place = place
    self.graph = graph
    numbers = Dictionary(
      uniqueKeysWithValues: model.layers.enumerated().map { ($1.name, $0) })
    places = model.places(in: place)
    outputs = model.layers.map {
      Array(repeating: nil, count: $0.className == "InputLayer" ? 1 : $0.calls.count)
    }
  }

  private func malformed(_ received: String, _ expected: String) -> NetworkError {
    let name = place.names.isEmpty ? "" : ", model \"\(place.name)\""
    return NetworkError(
      .malformedFile, argument: graph.file + name, received: received, expected: expected)
  }

  // MARK: Inputs

  mutating func setInputs(_ given: [KerasTensor]?) throws(NetworkError) {
    guard let given else {
      for reference in model.inputs {
        let target = try target(reference)
        guard outputs[target.layer][target.call] == nil else { continue }
        outputs[target.layer][target.call] = [try input(model.layers[target.layer])]
      }
      return
    }
    guard given.count == model.inputs.count else {
      throw malformed("\(given.count) inputs", "\(model.inputs.count)")
    }
    for (reference, tensor) in zip(model.inputs, given) {
      let target = try target(reference)
      outputs[target.layer][target.call] = [tensor]
    }
  }

  /// An input of the graph.
  private func input(_ layer: LayerConfiguration) throws(NetworkError) -> KerasTensor {
    guard layer.className == "InputLayer" else {
      throw malformed("input \"\(layer.name)\" of class \(layer.className)", "an InputLayer")
    }
    var call = LayerCall(layer, at: place.layer(layer.name, ""), [], in: graph)
    return call.graphInput()
  }

  // MARK: Calls

  /// The call that an output is of.
  private func target(
    _ reference: LayerConfiguration.Reference
  ) throws(NetworkError) -> Target {
    guard let layer = numbers[reference.layer] else {
      throw malformed("layer \"\(reference.layer)\"", "one of the model's")
    }
    let count = outputs[layer].count
    // A model has a call of its own before those in the file; what Keras 3 says with a shape does not count it.
    let inner = model.layers[layer].model
    let counts =
      graph.version < 3 ? inner != nil : inner?.isSequence == false && reference.shape == nil
    let candidates =
      counts ? [reference.call - 1, reference.call] : [reference.call, reference.call - 1]
    guard
      let call = candidates.prefix(inner == nil ? 1 : 2)
        .first(where: { (0..<count).contains($0) })
    else {
      throw malformed(
        "call \(reference.call) of layer \"\(reference.layer)\"", "one of its \(count)")
    }
    return Target(layer: layer, call: call)
  }

  private func tensor(
    _ reference: LayerConfiguration.Reference
  ) throws(NetworkError) -> KerasTensor? {
    let target = try target(reference)
    guard let found = outputs[target.layer][target.call] else { return nil }
    if reference.output < found.count { return found[reference.output] }
    guard graph.hasNotes, let shape = reference.shape ?? found.first?.shape else {
      throw malformed(
        "output \(reference.output) of layer \"\(reference.layer)\"", "one of its \(found.count)")
    }
    return graph.placeholder(shape)
  }

  mutating func run() throws(NetworkError) -> [KerasTensor] {
    var ready = model.layers.indices.reversed().flatMap { layer in
      model.layers[layer].calls.indices.reversed().map { Target(layer: layer, call: $0) }
    }
    while let target = ready.popLast() {
      guard outputs[target.layer][target.call] == nil else { continue }
      if let missing = try missing(target) {
        waiting[missing, default: []].append(target)
        continue
      }
      outputs[target.layer][target.call] = try result(of: target)
      ready += (waiting.removeValue(forKey: target) ?? []).reversed()
    }
    var results: [KerasTensor] = []
    for reference in model.outputs {
      guard let tensor = try tensor(reference) else {
        throw malformed(
          "layers that need each other's outputs, \"\(reference.layer)\" among them",
          "an order of all layers")
      }
      results.append(tensor)
    }
    guard !results.isEmpty else { throw malformed("a model without outputs", "some") }
    return results
  }

  /// A call that one needs and that has not been computed.
  private func missing(_ target: Target) throws(NetworkError) -> Target? {
    let call = model.layers[target.layer].calls[target.call]
    for case .tensor(let reference) in call.inputs + call.states {
      let needed = try self.target(reference)
      if outputs[needed.layer][needed.call] == nil { return needed }
    }
    return nil
  }

  private func result(of target: Target) throws(NetworkError) -> [KerasTensor] {
    try graph.countApplication()
    let (layer, place) = (model.layers[target.layer], places[target.layer])
    let call = layer.calls[target.call]
    func inputs(_ list: [LayerConfiguration.Input]) throws(NetworkError) -> [LayerCall.Input] {
      var inputs: [LayerCall.Input] = []
      for input in list {
        switch input {
        case .tensor(let reference): inputs.append(.tensor(try tensor(reference)!))
        case .value(let value): inputs.append(.value(value))
        }
      }
      return inputs
    }
    var reader = LayerCall(
      layer, at: place, try inputs(call.inputs), states: try inputs(call.states), in: graph)
    reader.checkSettings(call.options)
    do throws(NetworkError) { return try reader.outputs() } catch {
      // Behind what is not supported, shapes are guessed.
      guard graph.hasNotes, error.code != .unsupported else { throw error }
      return [graph.placeholder(reader.tensors.first?.shape ?? [])]
    }
  }
}

extension ModelConfiguration {
  /// Where the layers are. Keras 3 names their weights by class, and by their order among those of one class.
  fileprivate func places(in place: KerasGraph.Place) -> [KerasGraph.Place] {
    var used: [String: Int] = [:]
    return layers.enumerated().map { index, layer in
      // A sequence's input is none of its layers, and operations of `keras.ops` are no layers.
      guard index > 0 || !isSequence, layer.isTracked else { return place.layer(layer.name, "") }
      let name = layer.className.snakeCase
      let number = used[name].map { $0 + 1 } ?? 0
      used[name] = number
      return place.layer(layer.name, number == 0 ? name : "\(name)_\(number)")
    }
  }
}

extension LayerConfiguration {
  /// Whether it is one of its model's layers, and not an operation of `keras.ops`.
  fileprivate var isTracked: Bool {
    className == "InputLayer" || model != nil || options["trainable"] != nil
      || options["dtype"] != nil
  }
}

extension String {
  /// `Conv2DTranspose`: `conv2d_transpose`.
  var snakeCase: String {
    let characters = Array(self)
    func isUpper(_ index: Int) -> Bool {
      characters.indices.contains(index) && characters[index].isUppercase
    }
    func isLower(_ index: Int) -> Bool {
      characters.indices.contains(index) && characters[index].isLowercase
    }
    var result = ""
    for (index, character) in characters.enumerated() {
      // Before a capital and small letters behind it, and between a small letter and a capital.
      if index > 0, isUpper(index), isLower(index + 1) || isLower(index - 1) { result += "_" }
      result += character.lowercased()
    }
    return result
  }
}
