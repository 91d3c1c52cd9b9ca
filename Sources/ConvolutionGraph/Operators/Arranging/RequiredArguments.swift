extension Arguments {
  /// Integers that must be known when a plan is made, and may not be left out.
  ///
  /// - Throws: as ``integers(_:_:)``, `.invalidValue` where they are left out.
  func requiredIntegers(_ index: Int, _ name: String) throws(NetworkError) -> [Int] {
    guard let integers = try integers(index, name) else { throw Self.missing(index, name) }
    return integers
  }

  /// A tensor of one element that must be known when a plan is made.
  ///
  /// - Throws: `.dependsOnData`, `.invalidValue` where it is left out, `.shapeMismatch` for several elements.
  func requiredScalar(_ index: Int, _ name: String) throws(NetworkError) -> NetworkTensor {
    guard let scalar = try constant(index, name) else { throw Self.missing(index, name) }
    guard scalar.count == 1 else {
      throw NetworkError(
        .shapeMismatch, argument: name, received: "\(scalar.type)", expected: "one element")
    }
    return scalar
  }

  private static func missing(_ index: Int, _ name: String) -> NetworkError {
    NetworkError(.invalidValue, argument: name, received: "no input \(index)", expected: "\(name)")
  }
}
