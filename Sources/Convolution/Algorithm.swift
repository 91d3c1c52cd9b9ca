/// How a convolution is computed.
public enum Algorithm: String, Sendable, CaseIterable {
  /// The first of the others that accepts the layer.
  case automatic = "auto"
  /// Tiles of pixels x channels in registers, border taps worked out where they are read. Any layer.
  case direct
  /// One input channel a group: nothing is summed over channels. A vector runs over channels or pixels.
  case depthwise
  /// One output at a time, any layer, exact about what a zero border times a non-finite weight is.
  case general
}
