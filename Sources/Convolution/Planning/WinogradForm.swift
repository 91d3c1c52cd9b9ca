import CConvolution

/// How large the tiles of Winograd's algorithm are: F(4x4, 3x3) computes 4 x 4 outputs of a 3 x 3 kernel at once.
///
/// A tile's samples and the kernel are evaluated at `points`, as polynomials are, multiplied point by point, and the
/// products are interpolated to outputs: 36 multiplications where 144 would be summed. Axis lists are outermost first.
public struct WinogradForm: Sendable, Hashable {
  /// Outputs of a tile along each axis of space; 1 along an axis that is not transformed.
  public let tile: [Int]
  /// The kernel's extents.
  public let kernel: [Int]

  /// The points of each axis that is transformed; 1 along the others.
  public var points: [Int] { zip(tile, kernel).map { $0 == 1 ? 1 : $0 + $1 - 1 } }

  /// How many multiplications of direct summation one multiplication replaces, in a tile that is full.
  public var saving: Double {
    let taps = zip(tile, kernel).reduce(1) { $0 * ($1.0 == 1 ? 1 : $1.1) }
    return Double(taps * tile.reduce(1, *)) / Double(points.reduce(1, *))
  }

  /// The form of a kernel's entry; nil for one that transforms nothing.
  init?(_ form: conv_form, of geometry: Geometry) {
    let outputs = [form.outputs.0, form.outputs.1, form.outputs.2]
    guard outputs.contains(where: { $0 > 1 }) else { return nil }
    tile = outputs.suffix(geometry.rank).map { Int($0) }
    kernel = geometry.axes.suffix(geometry.rank).map(\.kernel)
  }
}

extension WinogradForm: CustomStringConvertible {
  /// `F(4x4, 3x3)`
  public var description: String { "F(\(tile.joinedByX), \(kernel.joinedByX))" }
}
