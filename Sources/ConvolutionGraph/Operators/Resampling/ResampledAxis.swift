/// An axis and what it is resampled to.
struct ResampledAxis: Sendable, Equatable {
  let inputs, outputs: Int
  /// Outputs an input.
  let scale: Double
  /// The outputs before they were rounded to a whole number.
  let extent: Double
  /// Where the part of the axis that is resampled begins and ends, 0 its first and 1 its last sample.
  var start = 0.0, end = 1.0

  /// An axis that stays as it is.
  init(_ count: Int) { self.init(count, to: count) }

  init(_ inputs: Int, to outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
    scale = Double(outputs) / Double(inputs)
    extent = Double(outputs)
  }

  /// - Returns: nil for a scale that is no positive number, or too many outputs.
  init?(_ inputs: Int, scaledBy scale: Float) {
    // In the precision of the file: 0.7, which lies a little below, is to make 7 of 10.
    let rounded = (Float(inputs) * scale).rounded(.down)
    guard scale > 0, rounded < 0x1p62 else { return nil }
    self.inputs = inputs
    outputs = Int(rounded)
    self.scale = Double(scale)
    extent = self.scale * Double(inputs)
  }

  /// - Parameter scale: that of several axes, which keep their proportions.
  init(_ inputs: Int, keeping scale: Double) {
    self.inputs = inputs
    outputs = Int((scale * Double(inputs)).rounded(.toNearestOrAwayFromZero))
    self.scale = scale
    extent = scale * Double(inputs)
  }

  var isWhole: Bool { start == 0 && end == 1 }
  var isUnchanged: Bool { inputs == outputs && extent == Double(inputs) && isWhole }

  /// Where an output lies among the inputs.
  func place(of output: Int, _ coordinates: Interpolation.Coordinates) -> Double {
    let (x, last) = (Double(output), Double(inputs - 1))
    let halfPixel = (x + 0.5) / scale - 0.5
    switch coordinates {
    case .halfPixel: return halfPixel
    case .halfPixelSymmetric:
      return halfPixel + Double(inputs) / 2 * (1 - Double(outputs) / extent)
    case .pytorchHalfPixel: return outputs > 1 ? halfPixel : 0
    case .alignCorners: return outputs > 1 ? x * last / (extent - 1) : 0
    case .asymmetric: return x / scale
    case .cropAndResize:
      let way = outputs > 1 ? x / (extent - 1) : 0.5
      return (start + way * (end - start)) * last
    }
  }
}
