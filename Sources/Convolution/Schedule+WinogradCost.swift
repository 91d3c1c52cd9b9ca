import CConvolution

extension Schedule {
  /// What Winograd's algorithm takes. A cell is one of ``WinogradTiles``.
  ///
  /// A task goes block by block: it transforms the samples of a block of tiles, then panel by panel multiplies and
  /// transforms the sums. A block is as many tiles as fit the second-level cache.
  struct WinogradCost: Cost {
    let leastOfARow = 1
    /// Every block of a task fetches its own.
    let weights = 0.0
    private let tilesOfACell: Double
    private let panelsOfAGroup: Int
    private let panelBytes: Double
    private let tilesOfABlock: Double
    /// Reading and transforming the samples that one tile of one group sees.
    private let samples: Double
    /// The products of one tile and one panel.
    private let products: Double
    /// Transforming the sums of one tile and one panel, and storing its outputs.
    private let sums: Double
    /// A rectangle of its own: handing it out, and the input rows that a neighbour turns as well.
    private let rectangle: Double

    // Estimates as in `Cost`, of one core at 3 GHz.

    /// Multiply-adds a nanosecond and lane: two units, 72 % of the time.
    private static let productsOfALane = 4.3
    /// Loading and storing a vector of one point.
    private static let point = 0.3
    /// What a transform along one axis adds for every point beyond two.
    private static let transform = 0.065
    /// Reading a sample of the input or storing an output.
    private static let sample = 0.2
    /// Turning it between the layouts; where samples side by side belong to other tiles, they are gathered.
    private static let turn = 0.2
    private static let turnOfDilated = 1.4
    /// Bytes a nanosecond of packed weights that a block fetches once more.
    private static let refetchedBytes = 18.0
    /// Transformed samples and sums of a block; a fixed size, that the choice of a form depends on no machine.
    private static let blockBytes = 1e6
    /// Packed weights that stay in the second-level cache beside a block.
    private static let cachedWeightBytes = 0.5e6
    /// Outputs along depth that share the samples of its taps.
    private static let planes = 8

    init(
      kernel: Kernel, tiles: WinogradTiles, panels: Int, panelBytes: Double, layer: LayerFacts
    ) {
      let lanes = Double(kernel.instructionSet.lanes)
      let points = Double(tiles.form.points.reduce(1, *))
      let outputs = Double(tiles.form.tile.reduce(1, *))
      let pointBytes = points * Double(MemoryLayout<Float>.stride)
      let inputs = Double(layer.kernel[0] * layer.groupInputChannels)
      let planes = Double(max(min(layer.output[0], Self.planes), 1))
      let samplePlanes = (planes + Double(layer.kernel[0] - 1)) / planes
      let inputVectors = (Double(layer.groupInputChannels) / lanes).rounded(.up)
      // With the lanes that fill a panel up.
      let channels = panelBytes / (pointBytes * inputs)
      let transform = tiles.form.points.reduce(Self.point) {
        $0 + Self.transform * Double(max($1 - 2, 0))
      }
      let isDilated = layer.kernel[2] > 1 && layer.dilation[2] > 1
      let turn =
        layer.layout == .channelsLast ? 0 : isDilated ? Self.turnOfDilated : Self.turn
      let outputSamples = outputs * (Self.sample + turn)

      tilesOfACell = tiles.perCell
      panelsOfAGroup = panels / layer.groups
      self.panelBytes = panelBytes
      tilesOfABlock = max(
        (Self.blockBytes / (pointBytes * (samplePlanes * inputVectors * lanes + channels)))
          .rounded(.down), 1)
      samples = samplePlanes * inputVectors * (points * transform + lanes * outputSamples)
      products = points * inputs * channels / (Self.productsOfALane * lanes)
      sums = channels / lanes * points * transform + channels * outputSamples
      rectangle = Self.task + turn * layer.sharedRows
    }

    func task(panels: Int, cells: Int) -> Double {
      let tiles = Double(cells) * tilesOfACell
      let groups = Double((panels + panelsOfAGroup - 1) / panelsOfAGroup)
      let blocks = max((tiles / tilesOfABlock).rounded(.up), 1)
      let bytes = panelBytes * Double(panels)
      // A block of few tiles waits for its weights.
      let isCached = bytes <= Self.cachedWeightBytes
      let fetched =
        isCached ? 0 : bytes / Self.fetchedBytes + (blocks - 1) * bytes / Self.refetchedBytes
      return tiles * groups * samples + max(tiles * Double(panels) * products, fetched)
        + tiles * Double(panels) * sums + rectangle
    }
  }
}
