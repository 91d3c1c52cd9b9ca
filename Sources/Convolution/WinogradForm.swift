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

  /// The numbers of points that kernels are written for.
  private static let pointCounts = [4, 6, 8]
  /// The taps that they are written for: along one axis, the other having 1; along both.
  private static let lines = 2...5
  private static let squares = [3, 5]

  /// Every form of a layer that `accuracy` allows; none where Winograd's algorithm does not compute the layer.
  ///
  /// F(4x2) comes before F(2x4), which is as much work: tall tiles read fewer rows twice.
  static func candidates(for layer: LayerFacts, accuracy: Accuracy) -> [WinogradForm] {
    guard obstacle(of: layer) == nil else { return [] }
    return all(kernel: layer.kernel.suffix(layer.rank)).filter(accuracy.allows)
  }

  /// Every form of a kernel, those with few points first.
  static func all(kernel: some Collection<Int>) -> [WinogradForm] {
    let extents = Array(repeating: 1, count: 3 - kernel.count) + kernel
    guard isTransformed(height: extents[1], width: extents[2]) else { return [] }
    var tiles: [[Int]] = [[]]
    for (axis, extent) in extents.enumerated().suffix(kernel.count) {
      let isTransformed = axis > 0 && extent > 1
      let choices = isTransformed ? pointCounts.map { $0 - extent + 1 }.filter { $0 > 1 } : [1]
      tiles = choices.flatMap { choice in tiles.map { $0 + [choice] } }
    }
    return tiles.map { WinogradForm(tile: $0, kernel: Array(kernel)) }
  }

  private static func isTransformed(height: Int, width: Int) -> Bool {
    let isLine = min(height, width) == 1 && lines.contains(max(height, width))
    return isLine || (height == width && squares.contains(height))
  }

  /// Why Winograd's algorithm does not compute a layer, and what it expects; nil where it does.
  static func obstacle(of layer: LayerFacts) -> (received: String, expected: String)? {
    func joined(_ extents: [Int]) -> String {
      extents.suffix(layer.rank).map(String.init).joined(separator: "x")
    }
    guard layer.hasFiniteWeights else {
      return ("a weight that is not finite", "finite weights")
    }
    guard layer.stride.allSatisfy({ $0 == 1 }) else {
      return ("stride \(joined(layer.stride))", "stride 1")
    }
    guard isTransformed(height: layer.kernel[1], width: layer.kernel[2]) else {
      return (
        "kernel \(joined(layer.kernel))", "3x3 or 5x5 along height and width, or one to 2...5 taps"
      )
    }
    guard layer.kernel[0] == 1 || layer.dilation[0] == 1 else {
      return ("dilation \(joined(layer.dilation))", "a depth without dilation")
    }
    return nil
  }
}

extension WinogradForm: CustomStringConvertible {
  /// `F(4x4, 3x3)`
  public var description: String {
    let (tile, kernel) = (
      tile.map(String.init).joined(separator: "x"), kernel.map(String.init).joined(separator: "x")
    )
    return "F(\(tile), \(kernel))"
  }
}

extension WinogradForm? {
  /// Outputs of a tile along depth, height and width, as C takes them: 1 without a form.
  var resolvedTile: (Int32, Int32, Int32) {
    guard let tile = self?.tile else { return (1, 1, 1) }
    let axes = Array(repeating: 1, count: 3 - tile.count) + tile
    return (Int32(axes[0]), Int32(axes[1]), Int32(axes[2]))
  }
}
