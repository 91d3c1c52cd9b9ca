import Convolution
import ConvolutionFiles
import Foundation

/// The layer lists that the library is measured on.
enum LayerLists {
  private static let folder = URL(filePath: #filePath)
    .appending(path: "../../../../Benchmarks/Layers").standardized

  /// The layers of `Benchmarks/Layers/NAME.txt`, without the options that a line may add to its descriptor.
  static func layers(_ name: String) throws -> [LayerDescriptor] {
    try String(contentsOf: folder.appending(path: name + ".txt"), encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { try LayerDescriptor(String($0.split(separator: " ")[0])) }
  }

  static let names = try! FileManager.default.contentsOfDirectory(atPath: folder.path)
    .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
}

extension LayerDescriptor {
  /// The layer with weights of 0.
  func layer() throws(ConvolutionError) -> ConvolutionLayer {
    try layer(weights: Tensor(shape: weightShape))
  }

  /// A plan of the layer with weights of 0.
  func plan(layout: Layout, with planner: Planner) throws(ConvolutionError) -> Plan {
    try layer().plan(for: inputShape(in: layout), layout: layout, with: planner)
  }
}
