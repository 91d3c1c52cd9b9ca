/// Makes nodes of a layer's call and gives its outputs; nil goes with a note of what is not supported.
typealias LayerMaker = @Sendable (inout LayerCall) throws(NetworkError) -> [KerasTensor]?

/// A layer where it is applied, while nodes are made of it: settings by name, weights in their order, inputs.
///
/// Settings that nobody has asked for are reported as unsupported, so that nothing in a file is passed over in silence.
struct LayerCall {
  let name: String
  let className: String
  let inputs: [Input]
  /// What a recurrent layer begins with.
  let states: [Input]
  let graph: KerasGraph
  private let model: ModelConfiguration?
  private let place: KerasGraph.Place
  private var settings: [String: JSON]
  private var weights: WeightReader

  enum Input {
    case tensor(KerasTensor)
    case value(JSON)
  }

  init(
    _ layer: LayerConfiguration, at place: KerasGraph.Place, _ inputs: [Input],
    states: [Input] = [], in graph: KerasGraph
  ) {
    name = place.name
    className = layer.className
    self.inputs = inputs
    self.states = states
    self.graph = graph
    self.place = place
    model = layer.model
    settings = layer.options
    weights = WeightReader(place, "layer \"\(place.name)\" (\(layer.className))", graph.weights)
  }

  /// A layer that another one has in it, on other inputs. It has no weights but those of the other one.
  init(_ layer: LayerConfiguration, in outer: LayerCall, _ tensors: [KerasTensor]) {
    name = outer.name
    className = layer.className
    inputs = tensors.map(Input.tensor)
    states = []
    graph = outer.graph
    place = outer.place
    model = layer.model
    settings = layer.options
    weights = outer.weights
  }

  var tensors: [KerasTensor] {
    inputs.compactMap { if case .tensor(let tensor) = $0 { tensor } else { nil } }
  }

  /// Notes that something is not supported. What the caller makes of the layer then does not matter.
  func reject(_ detail: String?) {
    graph.note(.init(node: name, operation: className, detail: detail))
  }

  func malformed(_ received: String, _ expected: String) -> NetworkError {
    NetworkError(
      .malformedFile, argument: "layer \"\(name)\" (\(className))", received: received,
      expected: expected)
  }

  /// What the layer gives.
  mutating func outputs() throws(NetworkError) -> [KerasTensor] {
    let tensors = tensors
    if let model {
      return try graph.apply(model, at: place, to: tensors)
    }
    guard let make = layerTable[className] else {
      reject(nil)
      return [graph.placeholder(tensors.first?.shape ?? [])]
    }
    checkElements()
    guard !tensors.isEmpty else { throw malformed("no inputs", "one at least") }
    let result = try make(&self)
    rejectUnread()
    guard let result else { return [graph.placeholder(tensors.first?.shape ?? [])] }
    try weights.finish()
    return result
  }

  /// What an `InputLayer` is.
  mutating func graphInput() -> KerasTensor {
    let shape = setting("batch_shape") ?? setting("batch_input_shape")
    let known: [Int?] = shape?.array.map { [nil] + $0.dropFirst().map(\.integer) } ?? []
    if known.isEmpty { reject("an input without a shape") }
    if known.contains(where: { $0 ?? 0 < 0 }) { reject("setting batch_shape \(shape!)") }
    for word in ["sparse", "ragged", "optional"] where bool(word, default: false) {
      reject("setting \(word) true")
    }
    var element = ElementType.float32
    if let word = setting("dtype")?.string, !Self.floats.contains(word) {
      if let known = ElementType(rawValue: word) {
        element = known
      } else {
        reject("elements of type \(word)")
      }
    }
    return graph.addInput(name, element, known)
  }

  // MARK: Settings

  /// The types that all are computed in as float32.
  private static let floats: Set = ["float32", "float64", "float16", "bfloat16"]

  /// What the layer computes in.
  mutating func checkElements() {
    guard let policy = setting("dtype"), !policy.isNull else { return }
    let word = policy.string ?? policy["config"]?["name"]?.string ?? "\(policy)"
    let name = word.hasPrefix("mixed_") ? String(word.dropFirst("mixed_".count)) : word
    if !Self.floats.contains(name) { reject("elements of type \(word)") }
  }

  /// Arguments of the call itself.
  func checkSettings(_ settings: [String: JSON]) {
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      // Keras 3 asks the model whether it trains, whatever the call says.
      if name == "training", graph.version >= 3 { continue }
      guard !value.isNull, value != .bool(false), value != .array([]) else { continue }
      reject("argument \(name) \(value) of its call")
    }
  }

  /// Takes a setting as the file has it; nil: it does not have it.
  mutating func setting(_ name: String) -> JSON? { settings.removeValue(forKey: name) }

  /// Passes over settings that change nothing here.
  mutating func ignore(_ names: String...) { for name in names { settings[name] = nil } }

  mutating func ignoreAllSettings() { settings = [:] }

  /// Whether it is an operation of `keras.ops`, and no layer.
  var isOperation: Bool { settings["trainable"] == nil && settings["dtype"] == nil }

  /// Notes every setting that nobody has asked for.
  func rejectUnread() {
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      let isOfTraining =
        ["_initializer", "_regularizer", "_constraint"].contains { name.hasSuffix($0) }
        || Self.settingsOfTraining.contains(name)
      // What is off is as if it were not known.
      if !isOfTraining, !value.isNull, value != .bool(false) {
        reject("setting \(name) \(value)")
      }
    }
  }

  private static let settingsOfTraining: Set = [
    "trainable", "batch_input_shape", "batch_shape", "seed", "autocast", "lora_rank", "lora_alpha",
  ]

  // MARK: Weights

  /// The next weight.
  ///
  /// - Parameter shape: that it must have; nil: any extent.
  /// - Throws: `.malformedFile` for one that is missing or has another shape.
  mutating func weight(_ name: String, _ shape: [Int?]) throws(NetworkError) -> NetworkTensor {
    try weights.next(name, shape)
  }

  mutating func skipWeight() { weights.skip() }

  /// Goes on with the weights of a layer that this one has in it.
  mutating func enterWeights(_ part: String) throws(NetworkError) { try weights.enter(part) }

  /// Takes the place among the weights where another layer, made in this one, has come to.
  mutating func continueWeights(of inner: LayerCall) { weights = inner.weights }
}
