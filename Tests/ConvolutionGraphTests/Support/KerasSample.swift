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
