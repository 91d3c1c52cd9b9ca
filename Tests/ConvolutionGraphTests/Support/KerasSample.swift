import ConvolutionFiles
import Foundation
import Testing

@testable import ConvolutionGraph

/// A model of Keras, an input, and all that Keras makes of it.
struct KerasSample: Sendable, CustomStringConvertible {
  static let all = [
    "images.keras", "images_keras2.h5", "sequences.keras", "volumes.keras", "channels_first.keras",
    "merged.keras", "operations.keras", "operations.h5",
  ].map(KerasSample.init)

  let description: String

  init(_ description: String) { self.description = description }

  private static func path(_ name: String) -> String {
    Bundle.module.resourceURL!.appending(path: "Samples/\(name)").path
  }

  var path: String { Self.path(description) }

  private var name: Substring { description.prefix { $0 != "." } }

  func input() throws -> NetworkTensor {
    try NetworkTensor(npyFile: Self.path("\(name)_x.npy"))
  }

  /// The elements of all outputs, in their order.
  func outputs() throws -> [Float] {
    try NetworkTensor(npyFile: Self.path("\(name)_y.npy")).floats
  }

  /// A file of the archive.
  func file(_ name: String) throws -> [UInt8] {
    try #require(try ZipArchive(contentsOf: path).bytes(of: name)).array
  }
}

/// The bytes of a zip archive, whose files are stored as they are.
func storedArchive(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
  func bytes(_ numbers: [(Int, width: Int)]) -> [UInt8] {
    numbers.flatMap { number, width in (0..<width).map { UInt8(number >> (8 * $0) & 255) } }
  }
  var archive: [UInt8] = []
  var directory: [UInt8] = []
  for (name, content) in files {
    let (name, size) = (Array(name.utf8), content.count)
    // Version, flags, method, time, date, sum, sizes, lengths of name and extra fields.
    let common = bytes([
      (20, 2), (0, 2), (0, 2), (0, 2), (0x21, 2), (0, 4), (size, 4), (size, 4), (name.count, 2),
      (0, 2),
    ])
    directory +=
      bytes([(0x0201_4B50, 4), (20, 2)]) + common
      + bytes([(0, 2), (0, 2), (0, 2), (0, 4), (archive.count, 4)]) + name
    archive += bytes([(0x0403_4B50, 4)]) + common + name + content
  }
  return archive + directory
    + bytes([
      (0x0605_4B50, 4), (0, 2), (0, 2), (files.count, 2), (files.count, 2), (directory.count, 4),
      (archive.count, 4), (0, 2),
    ])
}
