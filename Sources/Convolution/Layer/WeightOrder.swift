/// The order of the axes of a weight tensor. I is the number of input channels of one group.
public enum WeightOrder: Sendable {
  /// O I \*kernel: PyTorch, ONNX.
  case outputInputKernel
  /// \*kernel I O: TensorFlow, Keras. A Keras depthwise kernel (\*kernel I M) is this order with the shape
  /// \*kernel 1 (I M) and as many groups as input channels.
  case kernelInputOutput
}
