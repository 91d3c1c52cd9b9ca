import Convolution
import ConvolutionFiles
import SwiftProtobuf

/// A network as an ONNX file, in memory: weights are the network's own until it is written.
public struct ONNXFile: Sendable {
  /// How each padded layer's padding is written.
  package let paddings: [WrittenPadding]
  /// All but the weights.
  private let header: [UInt8]
  private let graph: [UInt8]
  private let weights: [(name: String, tensor: NetworkTensor)]

  /// What a message of protocol buffers may have.
  private static let mostBytes = Int(Int32.max)

  init(_ content: ONNXContent) {
    let model = ONNXModel.with {
      $0.irVersion = Int64(ONNXVersion.format(ofOpset: content.opset))
      $0.producerName = "swift-convolution"
      $0.opsetImport = [.with { $0.version = Int64(content.opset) }]
    }
    let graph = ONNXGraph.with {
      $0.name = "network"
      $0.node = content.nodes
      $0.input = content.inputs
      $0.output = content.outputs
    }
    // Messages of nothing but fields that are set: they cannot fail.
    header = try! model.serializedBytes()
    self.graph = try! graph.serializedBytes()
    (weights, paddings) = (content.constants, content.paddings)
  }

  /// The bytes of the file.
  ///
  /// - Throws: `.invalidValue` for more than 2 GB, which no such file may have: ``write(toFile:)`` writes them.
  public var bytes: [UInt8] {
    get throws(NetworkError) {
      let parts = parts(externalTo: nil)
      let count = parts.reduce(0) { $0 + $1.count }
      guard count <= Self.mostBytes else {
        throw NetworkError(
          .invalidValue, argument: "bytes", received: "\(count) bytes",
          expected: "at most \(Self.mostBytes) in one file; write(toFile:) puts weights beside it")
      }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count)
      for part in parts { part.withUnsafeBytes { bytes += $0 } }
      return bytes
    }
  }

  /// Writes the file; where it would have more than 2 GB, its weights go to a file beside it, `NAME.data`.
  ///
  /// - Throws: `.malformedFile` where nothing can be written. A file that was there before is then as it was.
  public func write(toFile path: String) throws(NetworkError) {
    try write(toFile: path, mostBytes: Self.mostBytes)
  }

  /// The same with another limit.
  func write(toFile path: String, mostBytes: Int) throws(NetworkError) {
    let parts = parts(externalTo: nil)
    let isOneFile = parts.reduce(0) { $0 + $1.count } <= mostBytes
    let data = path + ".data"
    let name = data.split(separator: "/").last.map(String.init) ?? data
    try asNetworkError { () throws(ConvolutionError) in
      if isOneFile {
        try Self.replacement(ofFile: path, with: parts).take()
      } else {
        let model = try Self.replacement(ofFile: path, with: self.parts(externalTo: name))
        try Self.replacement(ofFile: data, with: weights.map { .tensor($0.tensor) }).take()
        try model.take()
      }
    }
  }

  private static func replacement(
    ofFile path: String, with parts: [Part]
  ) throws(ConvolutionError) -> FileReplacement {
    defer { withExtendedLifetime(parts) {} }
    return try FileReplacement(ofFile: path, with: parts.map(\.buffer))
  }
}

// MARK: - Parts

extension ONNXFile {
  /// Bytes of a file that lie somewhere in memory.
  private enum Part {
    case bytes(AlignedMemory<UInt8>)
    case tensor(NetworkTensor)

    init(_ bytes: [UInt8]) {
      // As much as an array of them, which is there already.
      let memory = try! AlignedMemory<UInt8>(count: bytes.count, argument: "file")
      _ = memory.buffer.update(fromContentsOf: bytes)
      self = .bytes(memory)
    }

    var buffer: UnsafeRawBufferPointer {
      switch self {
      case .bytes(let memory): UnsafeRawBufferPointer(memory.buffer)
      case .tensor(let tensor): UnsafeRawBufferPointer(tensor.mutableBytes)
      }
    }

    var count: Int { buffer.count }

    func withUnsafeBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
      body(buffer)
      withExtendedLifetime(self) {}
    }
  }

  /// The whole file: what is small is made by swift-protobuf, weights are put behind it as they are.
  ///
  /// - Parameter data: the file that weights are in; nil: this one.
  private func parts(externalTo data: String?) -> [Part] {
    var parts: [Part] = []
    var offset = 0
    for (name, tensor) in weights {
      var message = ONNXTensor(header: tensor.type, name: name)
      if let data {
        message.dataLocation = 1
        message.externalData = [
          ("location", data), ("offset", "\(offset)"), ("length", "\(tensor.type.byteCount)"),
        ].map { key, value in .with { ($0.key, $0.value) = (key, value) } }
        offset += tensor.type.byteCount
        let bytes: [UInt8] = try! message.serializedBytes()
        parts.append(Part(Self.start(GraphField.initializer.rawValue, bytes.count) + bytes))
      } else {
        var bytes: [UInt8] = try! message.serializedBytes()
        bytes += Self.start(TensorField.raw.rawValue, tensor.type.byteCount)
        let count = bytes.count + tensor.type.byteCount
        parts.append(Part(Self.start(GraphField.initializer.rawValue, count) + bytes))
        parts.append(.tensor(tensor))
      }
    }
    let count = graph.count + parts.reduce(0) { $0 + $1.count }
    return [Part(header + Self.start(ModelField.graph.rawValue, count) + graph)] + parts
  }

  /// What a field of so many bytes begins with.
  private static func start(_ field: Int, _ count: Int) -> [UInt8] {
    varint(field << 3 | 2) + varint(count)
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = UInt(value)
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
