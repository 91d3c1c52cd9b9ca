import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionGraph
import ConvolutionOptions

/// A network in another format, and what becomes of its paddings.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a network as ONNX, Core ML or Swift, and say which side is padded.",
    discussion: """
      Paddings are written as the amounts that they come to for the input shapes; with --dynamic extents stay open, and \
      amounts that depend on them are worked out in the run. A table says for each padded layer what the source means, \
      how much is on which side and how it is written, and warns where others would read it differently. A .npy file is \
      the weights of one layer, as apply has them, which the options describe. Swift comes with its weights beside it, \
      in NAME.safetensors.
      """)

  @Argument(
    help: ArgumentHelp(
      "The network, or a layer's weights.", valueName: "model.onnx|.keras|.h5|.json|w.npy"))
  var source: String
  @Option(
    help: ArgumentHelp(
      "Take the weights of this file, by their names; of a Keras model, by its layers.",
      valueName: "model.pth|.safetensors|.weights.h5"))
  var weights: String?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The new file.", valueName: "model.onnx|.mlpackage|.mlmodel|.swift"))
  var output: String
  @Option(help: ArgumentHelp("The shape of an input.", valueName: "[name=]1x3x224x224"))
  var inputShape: [String] = []
  @Option(help: ArgumentHelp("The version of ONNX's operators. (default: 13)", valueName: "n"))
  var opset = 13
  @Flag(help: "Leave extents open that the network leaves open.") var dynamic = false

  @OptionGroup(title: "A layer") var layer: LayerSettings

  @Flag(name: .customLong("half-weights"), help: "Store the weights of Core ML models in 16 bits.")
  var hasHalfWeights = false

  func run() throws {
    let network = try network()
    var shapes: [String: [Int]] = [:]
    for word in try NamedFile.all(
      inputShape, option: "--input-shape", among: network.inputs.map(\.name))
    {
      shapes[word.name] = try Words.integers(word.path)
    }
    let (paddings, format) = try write(network, shapes)
    if !paddings.isEmpty { print(PaddingTable(rows: paddings)) }
    print("\(output): \(format), \(counted(paddings.count, "padded layer"))")
  }

  /// Writes the file; returns what became of the paddings, and what the file is.
  private func write(
    _ network: Network, _ shapes: [String: [Int]]
  ) throws -> (paddings: [WrittenPadding], format: String) {
    let weights: CoreMLWeights = hasHalfWeights ? .float16 : .float32
    switch output.lowercased().split(separator: ".").last {
    case "onnx":
      let file = try listingUnsupported { () throws(NetworkError) in
        try network.onnx(inputs: shapes, opset: opset, dynamic: dynamic)
      }
      try file.write(toFile: output)
      return (file.paddings, "ONNX, opset \(opset)")
    case "mlpackage":
      let file = try listingUnsupported { () throws(NetworkError) in
        try network.coreMLPackage(inputs: shapes, weights: weights)
      }
      try file.write(toFile: output)
      return (file.paddings, "Core ML program")
    case "mlmodel":
      let file = try listingUnsupported { () throws(NetworkError) in
        try network.coreMLModel(inputs: shapes, weights: weights)
      }
      try file.write(toFile: output)
      return (file.paddings, "Core ML neural network")
    case "swift":
      let stem = output.dropLast(".swift".count)
      let name = stem.split(separator: "/").last.map(String.init) ?? ""
      let file = try listingUnsupported { () throws(NetworkError) in
        try network.swiftSource(
          type: SwiftSourceFile.typeName(for: name), inputs: shapes, opset: opset,
          dynamic: dynamic, weightsFile: "\(name).safetensors")
      }
      try file.write(toFile: output, weightsFile: "\(stem).safetensors")
      return (file.paddings, "Swift, with \(stem).safetensors")
    default:
      throw ValidationError(
        "--output: got \"\(output)\", expected a name that ends with .onnx, .mlpackage, .mlmodel or .swift"
      )
    }
  }

  private func network() throws -> Network {
    guard source.lowercased().hasSuffix(".npy") else {
      guard layer.bias == nil, layer.layer.description.isEmpty else {
        throw ValidationError(
          "\(source): got options of a layer as well, expected them with a .npy file of weights")
      }
      return try Network(contentsOf: source, weightsFile: weights)
    }
    guard weights == nil else {
      throw ValidationError("--weights: got \"\(weights!)\", expected none with a layer's weights")
    }
    let weights = try Tensor(npyFile: source)
    let layer = try layer.layer(weights: weights, rank: weights.shape.count - 2)
    if let transposed = layer as? TransposedLayer {
      return try Network(layer: transposed, layout: self.layer.layout)
    }
    return try Network(layer: layer as! ConvolutionLayer, layout: self.layer.layout)
  }

  /// Everything that is not supported is printed, one a line, before the error is thrown.
  private func listingUnsupported<Value>(
    _ body: () throws(NetworkError) -> Value
  ) throws -> Value {
    do throws(NetworkError) { return try body() } catch {
      guard !error.unsupported.isEmpty else { throw error }
      for feature in error.unsupported { print(feature) }
      throw ValidationError(
        "\(output): got \(counted(error.unsupported.count, "node")) that cannot be written, expected none"
      )
    }
  }
}
