extension Network {
  /// The network as a Core ML package (`.mlpackage`, a folder) of a program, for iOS 15, macOS 12 and later; with weights of 16
  /// bits for iOS 16, macOS 13 and later.
  ///
  ///     try network.coreMLPackage(inputs: ["x": [1, 3, 224, 224]]).write(toFile: "model.mlpackage")
  ///
  /// Paddings are written as the numbers that they come to for the input shapes, borders other than zeros in front of their
  /// layers, and every parameter in full. Inputs and outputs are arrays of float32 or, for integers and truth values, int32;
  /// their names keep letters, digits and underscores, and scalars are arrays of one element.
  ///
  /// Files have been checked with coremltools, which loads them and infers all types anew, and with an evaluator in NumPy that
  /// was written from Core ML's documentation. Apple's own compiler was not at hand.
  /// - Parameters:
  ///   - shapes: of the inputs, by name. One whose shape the network says in full may be left out.
  ///   - weights: how they are stored.
  /// - Throws: `.unsupported` with everything that Core ML cannot say; as ``plan(inputs:with:layout:)``.
  public func coreMLPackage(
    inputs shapes: [String: [Int]] = [:], weights: CoreMLWeights = .float32
  ) throws(NetworkError) -> CoreMLFile {
    try CoreMLFile(package: MLProgram(source.resolved(inputs: shapes)), weights)
  }

  /// The network as a Core ML model of the older kind (`.mlmodel`, a neural network in one file), for iOS 14, macOS 11 and
  /// later. As ``coreMLPackage(inputs:weights:)`` otherwise.
  public func coreMLModel(
    inputs shapes: [String: [Int]] = [:], weights: CoreMLWeights = .float32
  ) throws(NetworkError) -> CoreMLFile {
    try CoreMLFile(model: MLProgram(source.resolved(inputs: shapes)), weights)
  }
}
