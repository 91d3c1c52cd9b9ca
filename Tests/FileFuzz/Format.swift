import Convolution
import ConvolutionFiles
import ConvolutionGraph
import PictureFiles

/// What inputs are files of, or text.
enum Format: String, CaseIterable {
  // Tensors. `index` is that of several files, `torch` the archive and `pickle` the older form, `weights` a .keras file's.
  case npy, npz, safetensors, index, torch, pickle, hdf5, weights
  // Networks. `configuration` is the JSON of a Keras model, `network` what is planned and run of an ONNX file.
  case onnx, network, keras, configuration
  // Lines of text.
  case descriptors, times, costs
  case png, jpeg

  /// What of an input the file has.
  func content(of input: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    // The last byte of a configuration chooses the weights.
    UnsafeRawBufferPointer(rebasing: self == .configuration ? input.dropLast() : input[...])
  }

  /// The bytes that reading a file may take: four times its size, and some that every file may.
  func memoryLimit(byteCount: Int) -> Int {
    switch self {
    // A plan and a run take what the shapes say.
    case .network: 1 << 30
    // Samples, and what the decoders take for as many.
    case .png, .jpeg: 16 * Picture.maximumPixels
    case .configuration: 4 * (byteCount + (1 << 16)) + 2 << 20
    default: 4 * byteCount + 2 << 20
    }
  }

  /// Reads the file in `folder`, and all of what it has.
  ///
  /// - Parameter input: what the file was made of.
  /// - Throws: errors of files and networks, as readers do.
  func read(_ folder: InputFolder, _ input: UnsafeRawBufferPointer) throws {
    switch self {
    case .npy, .npz, .safetensors, .index, .torch, .pickle, .hdf5, .weights:
      try readTensors(folder.input)
    case .onnx, .keras:
      _ = try Network(contentsOf: folder.input)
    case .network:
      try run(Network(contentsOf: folder.input))
    case .configuration:
      let weights = Weights.names[Int(input.last ?? 0) % Weights.names.count] + ".keras"
      _ = try Network(contentsOf: folder.input, weightsFile: "\(folder.path)/\(weights)")
    case .descriptors:
      let text = try textOfFile(atPath: folder.input)
      for isTransposed in [false, true] {
        let descriptor = try LayerDescriptor(text, isTransposed: isTransposed)
        precondition(descriptor.floatingPointOperations >= 0)
        precondition(!descriptor.weightShape.contains { $0 <= 0 })
      }
    case .times:
      let text = try MeasuredTimes(file: folder.input).text
      precondition(try! MeasuredTimes(text).text == text)
    case .costs:
      let text = try CostModel(file: folder.input).description
      precondition(CostModel(text)!.description == text)
    case .png, .jpeg:
      let picture = try Picture(file: folder.input)
      precondition(picture.samples.count == picture.shape.reduce(1, *))
    }
  }

  /// Every tensor of a file; one may be broken beside others that are not.
  private func readTensors(_ path: String) throws {
    let file = try TensorFile(contentsOf: path)
    for entry in file.entries.prefix(100) {
      do throws(ConvolutionError) {
        let tensor = try file.tensor(named: entry.name)
        precondition(tensor.count == tensor.shape.reduce(1, *))
      } catch {
        precondition(error.code != .outOfMemory, "\(error)")
      }
    }
  }

  /// Plans a network, and runs it where that takes little.
  private func run(_ network: Network) throws {
    var shapes: [String: [Int]] = [:]
    for input in network.inputs {
      shapes[input.name] = (input.shape ?? []).map { $0 ?? 4 }
    }
    let plan = try network.plan(inputs: shapes, with: Planner(threads: 1))
    let tensors = plan.inputs + plan.outputs
    let operations = plan.summary.reduce(0.0) { $0 + Double($1.floatingPointOperations) }
    guard plan.arenaBytes < 1 << 22, tensors.allSatisfy({ $0.type.shape.reduce(1, *) < 1 << 17 }),
      operations < 1e8
    else { return }
    var inputs: [String: NetworkTensor] = [:]
    for input in plan.inputs {
      // Zeros of any type: shapes and indices that a network computes are then small.
      guard input.type.element == .float32 else { return }
      inputs[input.name] = try NetworkTensor(repeating: 0, shape: input.type.shape)
    }
    _ = try plan.run(inputs)
  }
}
