import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionOptions

/// The tensors in a file of a framework.
struct Weights: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the tensors in a file of PyTorch, Keras, safetensors or NumPy, or extract one.",
    discussion: """
      What the file is, its content tells: .pth and .pt in both forms, .safetensors and its index, .npz, .npy, .keras, \
      .weights.h5, .h5. Nothing in a file is ever executed. A tensor is extracted as 32-bit floats, its axes in the \
      file's own order.
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "file")) var file: String
  @Option(help: ArgumentHelp("Extract this tensor.", valueName: "name")) var tensor: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("Where it goes.", valueName: "w.npy"))
  var output: String?

  func validate() throws {
    guard (tensor == nil) == (output == nil) else {
      throw ValidationError(
        "\(tensor == nil ? "--output" : "--tensor"): got it alone, expected --tensor and --output together"
      )
    }
    if let output, !output.lowercased().hasSuffix(".npy") {
      throw ValidationError("--output: got \"\(output)\", expected a name that ends with .npy")
    }
  }

  func run() throws {
    let weights = try TensorFile(contentsOf: file)
    if let tensor, let output {
      let values = try weights.tensor(named: tensor)
      try values.write(toNPYFile: output)
      print("\(output): \(Self.words(values.shape))")
    } else {
      print(Self.list(of: weights))
    }
  }

  /// A row a tensor, and what all of them come to.
  private static func list(of weights: TensorFile) -> String {
    let entries = weights.entries
    let rows = entries.map { [$0.name, words($0.shape), $0.element.description] }
    let elements = entries.reduce(0) { $0 &+ $1.shape.reduce(1, &*) }
    let metadata = weights.metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    let total =
      "\(weights.format): \(counted(entries.count, "tensor")), \(counted(elements, "element"))"
    return ([table(rows)] + metadata + [total]).filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static func words(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.joinedByX
  }
}
