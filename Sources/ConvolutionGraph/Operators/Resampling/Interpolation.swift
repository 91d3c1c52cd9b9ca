/// How an axis is resampled: which place of the input an output lies at, and what is read there.
struct Interpolation: Sendable {
  enum Mode: String, Sendable { case nearest, linear, cubic }

  /// Which place of the input an output lies at.
  enum Coordinates: String, Sendable {
    /// Centres of samples on centres: those of the whole axes.
    case halfPixel = "half_pixel"
    /// The same; where an extent has been rounded, about the middle of the axis.
    case halfPixelSymmetric = "half_pixel_symmetric"
    /// The same; a single output lies at the first sample.
    case pytorchHalfPixel = "pytorch_half_pixel"
    /// First samples on first samples, last ones on last ones.
    case alignCorners = "align_corners"
    /// First samples on first samples.
    case asymmetric
    /// A part of the axis, which may reach out of it, its corners aligned.
    case cropAndResize = "tf_crop_and_resize"
  }

  enum Rounding: String, Sendable {
    case down = "floor"
    case up = "ceil"
    case halfDown = "round_prefer_floor"
    case halfUp = "round_prefer_ceil"
  }

  var mode = Mode.nearest
  var coordinates = Coordinates.halfPixel
  /// Of nearest samples; nil: up where an axis becomes shorter, down elsewhere, which is what it was before version 11.
  var rounding: Rounding? = .halfDown
  /// The parameter of cubic convolution.
  var cubicCoefficient = -0.75
  /// Whether samples outside weigh nothing, and the others more; otherwise the border is repeated.
  var excludesOutside = false
  /// Whether an output of a shorter axis is made of all samples that it stands for.
  var antialias = false
  /// What outputs are that lie outside of the input, which only a part of an axis can have.
  var outside: Float = 0
}

// MARK: - Weights

extension Interpolation {
  /// Half the samples that an output is made of, on an axis that does not become shorter.
  var support: Double { mode == .cubic ? 2 : 1 }

  /// The weight of a sample at a distance.
  func weight(at distance: Double) -> Double {
    let (x, a) = (abs(distance), cubicCoefficient)
    guard mode == .cubic else { return max(1 - x, 0) }
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
  }

  /// The sample that is closest to a place.
  func nearest(to place: Double, scale: Double) -> Double {
    switch rounding ?? (scale < 1 ? .up : .down) {
    case .down: place.rounded(.down)
    case .up: place.rounded(.up)
    case .halfDown: (place - 0.5).rounded(.up)
    case .halfUp: (place + 0.5).rounded(.down)
    }
  }
}
