/// How a convolution is computed.
public enum Algorithm: String, Sendable, CaseIterable {
  /// The one of the others that is expected to be fastest, within the accuracy asked for.
  case automatic = "auto"
  /// Winograd's minimal filtering: a half to a quarter of the multiplications, with larger rounding errors. Stride 1,
  /// kernels of 3x3 or 5x5 along height and width or of 2 to 5 taps along one of them, finite weights. See ``Accuracy``
  /// and ``WinogradForm``.
  case winograd
  /// Tiles of pixels x channels in registers, border taps worked out where they are read. Any layer.
  case direct
  /// One input channel a group: nothing is summed over channels. A vector runs over channels or pixels.
  case depthwise
  /// One output at a time, any layer, exact about what a zero border times a non-finite weight is.
  case general
}
