/// Arithmetic on extents that are known only in a run, as nodes on integers of no axes.
extension ONNXWriter {
  /// The extent of an axis.
  mutating func extent(_ x: String, axis: Int) throws(NetworkError) -> String {
    add("Gather", [add("Shape", [x]), try integer(axis, "axis")])
  }

  mutating func sum(_ a: String, _ b: Int) throws(NetworkError) -> String {
    b == 0 ? a : add("Add", [a, try integer(b)])
  }

  /// Rounded towards 0.
  mutating func quotient(_ a: String, by b: Int) throws(NetworkError) -> String {
    b == 1 ? a : add("Div", [a, try integer(b)])
  }

  mutating func product(_ a: String, _ b: Int) throws(NetworkError) -> String {
    b == 1 ? a : add("Mul", [a, try integer(b)])
  }

  mutating func difference(_ a: String, _ b: String) -> String { add("Sub", [a, b]) }

  /// max(a, 0), as (a + |a|) / 2: `Max` takes no integers before opset 12.
  mutating func notNegative(_ a: String) throws(NetworkError) -> String {
    try quotient(add("Add", [a, add("Abs", [a])]), by: 2)
  }

  /// A number of no axes as a vector of one.
  mutating func vector(_ a: String) throws(NetworkError) -> String {
    add("Reshape", [a, try integers([1], "shape")])
  }
}
