import Convolution

extension Network {
  /// The network as an ONNX file.
  ///
  ///     try network.onnx(inputs: ["x": [1, 3, 224, 224]]).write(toFile: "model.onnx")
  ///
  /// Paddings are written as the numbers that they come to for the input shapes. With `isDynamic` shapes stay open as the
  /// network has them: an `auto_pad` is written where ONNX and onnxruntime agree on it for every shape, and else nodes that
  /// work the amounts out in a run.
  /// - Parameters:
  ///   - shapes: of the inputs, by name. One whose shape the network says in full may be left out; with `isDynamic` all
  ///     may, and tell no more than what the table of paddings and the number of axes are.
  ///   - opset: the version of ONNX's operators, 7 to 28. What an older one does not have is written in others.
  ///   - isDynamic: whether shapes stay open.
  /// - Throws: `.invalidValue` for another opset; `.unsupported` with everything that the version cannot say; as
  ///   ``plan(inputs:with:layout:)``.
  public func onnx(
    inputs shapes: [String: [Int]] = [:], opset: Int = 13, dynamic isDynamic: Bool = false
  ) throws(NetworkError) -> ONNXFile {
    try ONNXFile(
      ONNXContent(self, inputs: shapes, opset: opset, dynamic: isDynamic))
  }
}
