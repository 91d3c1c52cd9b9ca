import Foundation
import Testing

/// The path of a file that a framework wrote.
func sample(_ name: String) throws -> String {
  try #require(Bundle.module.resourcePath) + "/Samples/" + name
}
