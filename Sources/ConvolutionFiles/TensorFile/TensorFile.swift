import Convolution

/// Tensors in a file of a framework: what there is, and each one when it is asked for.
///
///     let file = try TensorFile(contentsOf: "model.safetensors")
///     for entry in file.entries { print(entry.name, entry.shape, entry.element) }
///     let weights = try file.tensor(named: "conv1.weight")
///
/// The file is mapped into memory: it must not be shortened while a value like this is in use. Nothing in a file is ever
/// executed.
public struct TensorFile: Sendable {
  /// What a file is, told by its content.
  public enum Format: String, Sendable, CustomStringConvertible {
    /// One array of NumPy's.
    case npy = "NumPy array"
    /// Arrays of NumPy's, stored or deflated.
    case npz = "NumPy archive"
    case safetensors = "safetensors"
    /// The index of several files, of safetensors or of PyTorch's.
    case safetensorsIndex = "index of several files"
    /// What `torch.save` writes: `.pth`, `.pt`, in the new form or the old one.
    case torch = "PyTorch"
    /// A `.keras` file of Keras 3.
    case keras = "Keras"
    /// HDF5: `.weights.h5` of Keras 3, `.h5` of Keras 2.
    case hdf5 = "HDF5"

    public var description: String { rawValue }
  }

  /// What is known of a tensor that nobody has read yet.
  public struct Entry: Sendable, Hashable {
    public let name: String
    /// The extents in the file's own order of axes, outermost first.
    public let shape: [Int]
    public let element: TensorElement

    package init(name: String, shape: [Int], element: TensorElement) {
      self.name = name
      self.shape = shape
      self.element = element
    }
  }

  public let path: String
  public let format: Format
  /// What a safetensors file or index says besides; empty for all other formats.
  public let metadata: [String: String]
  private let tensors: [StoredTensor]
  private let places: [String: Int]

  /// Opens a file and reads what tensors it has. Their elements are not read.
  ///
  /// A folder stands for the `model.safetensors` or `pytorch_model.bin` in it, or the index of several. Names are those of the file: keys
  /// of PyTorch's dictionaries in each other are joined by points, Keras's weights are called by their layers. A file of a
  /// single array calls it by its own name without the extension.
  ///
  /// - Throws: `.inputOutput` when the file cannot be read; `.unsupportedFile` when it is something else, broken, or asks for
  ///   anything to be executed; `.integerOverflow` for a shape too large, `.outOfMemory`. All name the file.
  public init(contentsOf path: String) throws(ConvolutionError) {
    let content = try TensorFileContent(path: path)
    self.path = path
    format = content.format
    metadata = content.metadata
    tensors = content.tensors
    places = Dictionary(tensors.indices.map { (content.tensors[$0].name, $0) }) { first, _ in first
    }
  }

  /// What tensors there are, in the order of the file.
  public var entries: [Entry] {
    tensors.map { Entry(name: $0.name, shape: $0.shape, element: $0.element) }
  }

  /// Reads a tensor, in the file's own order of axes. Numbers that no 32-bit float is are rounded to the nearest.
  ///
  /// - Throws: `.invalidValue` for a name that is not there, with those that are most like it; `.unsupportedFile` for elements
  ///   that are no numbers, or broken; `.integerOverflow`, `.outOfMemory`.
  public func tensor(named name: String) throws(ConvolutionError) -> Tensor {
    try stored(named: name).tensor()
  }

  /// A tensor that nobody has read yet.
  ///
  /// - Throws: `.invalidValue` for a name that is not there, with those that are most like it.
  package func stored(named name: String) throws(ConvolutionError) -> StoredTensor {
    guard let place = places[name] else {
      let near = nearest(name, among: tensors.map(\.name), count: 5)
      throw ConvolutionError(
        .invalidValue, argument: "name", received: "\"\(name)\", which \(path) does not have",
        expected: near.isEmpty
          ? "a file with tensors" : near.map { "\"\($0)\"" }.joined(separator: ", "))
    }
    return tensors[place]
  }
}
