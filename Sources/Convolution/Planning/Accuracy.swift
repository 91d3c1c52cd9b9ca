/// What a convolution, or a gradient, may do to the order of its sums for the sake of speed.
///
/// Errors are those of float32 against float64, relative to the largest output of a layer, or to the largest gradient.
public enum Accuracy: String, Sendable, CaseIterable {
  /// Every output is its own sum of products, as IEEE 754 has it: never Winograd. A NaN or infinity in the input reaches
  /// the outputs that read it and no other.
  case exactOrder = "exact-order"
  /// Winograd's forms with an error of at most 4e-6: up to 6 points an axis.
  ///
  /// With Winograd a NaN or infinity in the input reaches every output of the tiles that read it.
  case standard
  /// All of Winograd's forms, up to 8 points an axis.
  case fast

  /// Whether a form is accurate enough.
  @_spi(Tools) public func allows(_ form: WinogradForm) -> Bool {
    let mostPoints =
      switch self {
      case .exactOrder: 0
      case .standard: 6
      case .fast: 8
      }
    return form.points.allSatisfy { $0 <= mostPoints }
  }
}

extension Accuracy: LosslessStringConvertible {
  /// `exact-order`, `standard` or `fast`; nil for anything else.
  public init?(_ description: String) { self.init(rawValue: description) }

  public var description: String { rawValue }
}
