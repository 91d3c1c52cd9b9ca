/// How a convolution is computed. There may be more of them in later versions.
public struct Algorithm: Sendable, Hashable {
  /// As the kernels' own entries say it.
  let name: String

  /// The one of the others that is expected to be fastest, within the accuracy asked for.
  public static let automatic = Algorithm(name: "auto")
  /// Winograd's minimal filtering: a half to a quarter of the multiplications, with larger rounding errors. Stride 1,
  /// kernels of 3x3 or 5x5 along height and width or of 2 to 5 taps along one of them, finite weights. See ``Accuracy``
  /// and ``WinogradForm``.
  public static let winograd = Algorithm(name: "winograd")
  /// Tiles of pixels x channels in registers, border taps worked out where they are read. Any layer.
  public static let direct = Algorithm(name: "direct")
  /// One input channel a group: nothing is summed over channels. A vector runs over channels or pixels.
  public static let depthwise = Algorithm(name: "depthwise")
  /// One output at a time, any layer, exact about what a zero border times a non-finite weight is.
  public static let general = Algorithm(name: "general")
}

extension Algorithm: CaseIterable {
  public static let allCases = [automatic, winograd, direct, depthwise, general]
}

extension Algorithm: LosslessStringConvertible {
  /// `auto`, `winograd`, `direct`, `depthwise` or `general`; nil for anything else.
  public init?(_ description: String) {
    guard let match = Self.allCases.first(where: { $0.name == description }) else { return nil }
    self = match
  }

  public var description: String { name }
}
