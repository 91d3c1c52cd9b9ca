import Convolution
import ConvolutionFiles

/// Where a tensor's elements are in a file beside the network's.
struct ExternalData {
  private let path: String
  private let offset: Int
  private let type: TensorType

  /// - Parameter folder: that of the network's file; nil: there is none.
  /// - Throws: `.malformedFile`, also for a file that is not in the folder.
  init(_ entries: [ONNXEntry], of type: TensorType, folder: String?) throws(NetworkError) {
    let values = Dictionary(entries.map { ($0.key, $0.value) }) { _, last in last }
    let location = values["location"] ?? ""
    guard let folder else {
      throw NetworkError(
        .malformedFile, argument: "location", received: "\"\(location)\"",
        expected: "elements in the bytes of the network, which have no folder")
    }
    guard Self.isInside(location) else {
      throw NetworkError(
        .malformedFile, argument: "location", received: "\"\(location)\"",
        expected: "a file in the folder of the network")
    }
    let lengths = try ["offset", "length"].map { (key) throws(NetworkError) -> Int? in
      guard let value = values[key] else { return nil }
      guard let number = Int(value), number >= 0 else {
        throw NetworkError(
          .malformedFile, argument: key, received: "\"\(value)\"", expected: "a number of bytes")
      }
      return number
    }
    if let length = lengths[1], length != type.byteCount {
      throw TensorMessage.mismatch("\(length) bytes", type)
    }
    path = folder + location
    offset = lengths[0] ?? 0
    self.type = type
  }

  /// Whether a path never leaves the folder that it begins in.
  private static func isInside(_ path: String) -> Bool {
    guard !path.isEmpty, !path.hasPrefix("/") else { return false }
    var depth = 0
    for part in path.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return false }
    }
    return true
  }

  /// - Throws: `.malformedFile`, `.outOfMemory`.
  func tensor() throws(NetworkError) -> NetworkTensor {
    let file = try asNetworkError { () throws(ConvolutionError) in try InputFile(path: path) }
    let (end, isTooLarge) = offset.addingReportingOverflow(type.byteCount)
    guard !isTooLarge, end <= file.size else {
      throw NetworkError(
        .malformedFile, argument: path, received: "\(file.size) bytes",
        expected: "\(type.byteCount) at \(offset)")
    }
    let tensor = try NetworkTensor(uninitialized: type)
    try asNetworkError { () throws(ConvolutionError) in
      try file.read(into: tensor.mutableBytes, at: offset)
    }
    tensor.makeBooleans()
    return tensor
  }
}
