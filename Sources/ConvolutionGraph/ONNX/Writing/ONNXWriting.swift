/// An operator that can say itself in nodes of ONNX: in one, or where a version does not have it, in several that compute
/// the same.
protocol ONNXWriting: Operator {
  /// Adds the nodes of the writer's node, and names what its outputs are.
  ///
  /// - Throws: `.unsupported` for what the version, or ONNX, cannot say.
  func write(to writer: inout ONNXWriter) throws(NetworkError)
}
