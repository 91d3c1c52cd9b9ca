import Convolution
import ConvolutionFiles

/// A network as a file of Swift and a file of its weights, before they are written.
public struct SwiftSourceFile: Sendable {
  /// The text of the Swift file: a type with a function that makes the network.
  public let source: String
  /// One a padded layer.
  package let paddings: [WrittenPadding]
  /// Those that do not stand in the source, widest elements first.
  private let weights: [(name: String, tensor: NetworkTensor)]

  init(_ content: ONNXContent, type: String, weightsFile: String) {
    weights = content.constants.filter { !SwiftSourceWriter.standsInSource($0.tensor) }
      .sorted { $0.tensor.element.byteCount > $1.tensor.element.byteCount }
    source = SwiftSourceWriter(content, type: type, weightsFile: weightsFile).text
    paddings = content.paddings
  }

  /// The name of a type that is made of another one: `waifu2x-photo` becomes `Waifu2xPhoto`.
  public static func typeName(for name: String) -> String { SwiftNames.type(for: name) }

  /// Writes both files.
  ///
  /// - Parameters:
  ///   - path: of the Swift file.
  ///   - weightsPath: of the weights, in safetensors.
  /// - Throws: `.malformedFile` where nothing can be written. Files that were there before are then as they were.
  public func write(toFile path: String, weightsFile weightsPath: String) throws(NetworkError) {
    let header = safetensorsHeader(
      of: weights.map { name, tensor in
        TensorFile.Entry(
          name: name, shape: tensor.shape, element: TensorElement(tensor.element))
      })
    defer { withExtendedLifetime(weights) {} }
    let elements = weights.map { UnsafeRawBufferPointer($0.tensor.mutableBytes) }
    try asNetworkError { () throws(ConvolutionError) in
      let text = try Self.replacement(ofFile: path, with: Array(source.utf8), [])
      try Self.replacement(ofFile: weightsPath, with: header, elements).take()
      try text.take()
    }
  }

  private static func replacement(
    ofFile path: String, with bytes: [UInt8], _ parts: [UnsafeRawBufferPointer]
  ) throws(ConvolutionError) -> FileReplacement {
    let memory = try FileBytes(bytes, name: path)
    return try memory.withUnsafeBytes { (bytes) throws(ConvolutionError) in
      try FileReplacement(ofFile: path, with: [bytes] + parts)
    }
  }
}

extension Network {
  /// The network as Swift that makes it: nodes in ONNX's operators, with ``NetworkBuilder``, and its weights beside it.
  ///
  ///     try network.swiftSource(type: "Model", inputs: ["x": [1, 3, 224, 224]])
  ///       .write(toFile: "Model.swift", weightsFile: "Model.safetensors")
  ///
  /// Paddings are written as in ``onnx(inputs:opset:dynamic:)``, with what the source means beside each.
  /// - Parameters:
  ///   - type: the name of the type in it.
  ///   - shapes: of the inputs, as in ``onnx(inputs:opset:dynamic:)``.
  ///   - opset: the version of ONNX's operators, 7 to 28.
  ///   - isDynamic: whether extents stay open that the network leaves open.
  ///   - weightsFile: what its documentation calls the file of weights; nil: as the type.
  /// - Throws: as ``onnx(inputs:opset:dynamic:)``; `.invalidValue` for a name that no type may have.
  public func swiftSource(
    type: String, inputs shapes: [String: [Int]] = [:], opset: Int = 13,
    dynamic isDynamic: Bool = false, weightsFile: String? = nil
  ) throws(NetworkError) -> SwiftSourceFile {
    guard SwiftSourceFile.typeName(for: type) == type else {
      throw NetworkError(
        .invalidValue, argument: "type", received: "\"\(type)\"",
        expected: "a name like \"\(SwiftSourceFile.typeName(for: type))\"")
    }
    return SwiftSourceFile(
      try ONNXContent(self, inputs: shapes, opset: opset, dynamic: isDynamic), type: type,
      weightsFile: weightsFile ?? "\(type).safetensors")
  }
}
