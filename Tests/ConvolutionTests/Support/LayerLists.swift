import Convolution
import ConvolutionFiles
import Foundation

/// The layer lists that the library is measured on.
enum LayerLists {
  private static let folder = URL(filePath: #filePath)
    .appending(path: "../../../../Benchmarks/Layers").standardized

  /// The layers of `Benchmarks/Layers/NAME.txt`, transposed or not; without the other options that a line may add.
  static func layers(_ name: String) throws -> [LayerDescriptor] {
    try String(contentsOf: folder.appending(path: name + ".txt"), encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { line in
        let words = line.split(separator: " ")
        return try LayerDescriptor(
          String(words[0]), isTransposed: words.contains("--transpose"))
      }
  }

  /// The lists of convolutions.
  static let names = try! FileManager.default.contentsOfDirectory(atPath: folder.path)
    .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }
    .filter { $0 != "transposed" }.sorted()
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
