/// The order of a tensor's axes in memory, the last one contiguous.
public enum Layout: String, Sendable, CaseIterable {
  /// N C \*spatial: PyTorch, ONNX, Core ML.
  case channelsFirst = "nchw"
  /// N \*spatial C: TensorFlow, Keras.
  case channelsLast = "nhwc"
}

extension Layout: LosslessStringConvertible {
  /// `nchw` or `nhwc`; nil for anything else.
  public init?(_ description: String) { self.init(rawValue: description) }

  public var description: String { rawValue }
}
