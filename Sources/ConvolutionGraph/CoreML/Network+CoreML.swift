extension Network {
  /// Writes the network as a Core ML package (`.mlpackage`, a folder) of a program, for iOS 15, macOS 12 and later; with
  /// weights of 16 bits for iOS 16, macOS 13 and later.
  ///
  ///     try network.writeCoreMLPackage(to: "model.mlpackage", inputs: ["x": [1, 3, 224, 224]])
  ///
  /// Paddings are written as amounts for the given shapes, borders other than zeros in front of their layers, and every
  /// parameter in full. Inputs and outputs are arrays of float32 or, for integers and truth values, int32; names keep letters,
  /// digits and underscores, and scalars are arrays of one element.
  ///
  /// What is written has been checked with coremltools, which loads it and infers its types anew, and with an evaluator in NumPy
  /// that was written from Core ML's documentation. Apple's own compiler was not at hand.
  ///
  /// - Parameters:
  ///   - path: of the package. One that is there already is replaced.
  ///   - shapes: of the inputs, by name. One whose shape the network says in full may be left out.
  ///   - weights: how they are stored.
  /// - Throws: `.unsupported` with everything that Core ML cannot say; as ``plan(inputs:with:layout:)`` for shapes;
  ///   `.malformedFile` where nothing can be written. What was there before is then as it was.
  public func writeCoreMLPackage(
    to path: String, inputs shapes: [String: [Int]] = [:], weights: CoreMLWeights = .float32
  ) throws(NetworkError) {
    try coreML(.package, inputs: shapes, weights: weights).write(to: path)
  }

  /// Writes the network as a Core ML model of the older kind (`.mlmodel`, a neural network), for iOS 14, macOS 11 and later.
  ///
  /// As ``writeCoreMLPackage(to:inputs:weights:)`` otherwise.
  /// - Throws: as there.
  public func writeCoreMLModel(
    to path: String, inputs shapes: [String: [Int]] = [:], weights: CoreMLWeights = .float32
  ) throws(NetworkError) {
    try coreML(.model, inputs: shapes, weights: weights).write(to: path)
  }

  /// What is written, and how its paddings are.
  package func coreML(
    _ format: CoreMLExport.Format, inputs shapes: [String: [Int]] = [:],
    weights: CoreMLWeights = .float32
  ) throws(NetworkError) -> CoreMLExport {
    try CoreMLExport(self, format, inputs: shapes, weights: weights)
  }
}
