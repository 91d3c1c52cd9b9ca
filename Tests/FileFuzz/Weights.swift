import ConvolutionFiles
import Foundation

/// Keras models of the tests. Their configurations are inputs, and their weights lie beside them.
enum Weights {
  static let names = ["channels_first", "images", "merged", "operations", "sequences", "volumes"]

  static func path(_ name: String) -> String {
    "Tests/ConvolutionGraphTests/Keras/Samples/\(name).keras"
  }
}
