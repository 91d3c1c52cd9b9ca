import CConvolution

extension Schedule {
  /// What summing the products as they are takes. A cell is an output pixel.
  struct DirectCost: Cost {
    /// One output pixel of one panel.
    let pixel: Double
    /// One output pixel of all panels: looking up where its taps lie, gathering or turning its samples.
    let pixelLookUp: Double
    /// Pixels that are computed together whether they are all needed or not: the lanes of a vector of pixels.
    let pixelStep: Int
    let tilePixels: Int
    /// A tile of all panels.
    let tile: Double
    /// A rectangle of its own: handing it out, and the input rows that a neighbour prepares as well.
    let rectangle: Double
    /// The least part of a row that may be a task; all of it where a vector or a turned row would be cut.
    let leastOfARow: Int

    let weights: Double

    /// Packed weights that stay in the second-level cache.
    private static let cachedWeightBytes = 1e6
    /// Pixels that a tile is paid for at least.
    private static let leastOfATile = 4

    /// - Parameter panelBytes: packed weights of a panel, which each of its pixels meets.
    init(
      kernel: Kernel, family: KernelFamily, panels: Int, panelBytes: Double, layer: LayerFacts
    ) {
      let lanes = kernel.instructionSet.lanes
      let taps = layer.taps
      let panelWeights = panelBytes / Double(MemoryLayout<Float>.stride)
      // Two multiply-add units at 3 GHz, 88 % of the time.
      let product = panelWeights / (5.3 * Double(lanes))
      // Turning a sample between the layouts, out of the second-level cache and back.
      let turn = 0.25
      let bytes = panelBytes * Double(panels)
      weights = bytes > Self.cachedWeightBytes ? bytes / Self.fetchedBytes : 0
      tilePixels = kernel.tilePixels
      tile = 40 + 4 * Double(taps)
      let pixelPointers = 4 + 0.3 * Double(taps)
      let lanePatterns = 20 * Double(taps) / Double(lanes)

      switch family {
      // A border of zeros is left out.
      case .denseChannelsLast, .denseTransposed: pixel = product * layer.tapShare
      case .denseChannelsFirst, .planarChannelsFirst, .planarChannelsLast: pixel = product
      // Every multiply-add loads its sample.
      case .depthwiseChannelsLast: pixel = 2 * product
      // The same across cache lines, and a channel's tile is soon done.
      case .depthwiseChannelsFirst: pixel = 4 * product
      case .fewOutputsChannelsLast: pixel = 3 * product
      case .general: pixel = panelWeights
      case .winograd: preconditionFailure("has a cost of its own")
      }
      switch family {
      case .denseChannelsLast, .depthwiseChannelsLast, .fewOutputsChannelsLast:
        pixelLookUp = pixelPointers
        pixelStep = 1
        rectangle = Self.task
        leastOfARow = max(tilePixels / 2, Self.leastOfATile)
      case .denseTransposed, .planarChannelsFirst, .planarChannelsLast:
        pixelLookUp = pixelPointers + turn * Double(layer.inputChannels + layer.outputChannels)
        pixelStep = 1
        rectangle = Self.task + turn * layer.sharedRows
        leastOfARow = .max
      case .denseChannelsFirst:
        let gathered =
          taps == 1 ? 0 : 2 * Double(taps * layer.groupInputChannels) / (6 * Double(lanes))
        pixelLookUp = lanePatterns + gathered
        pixelStep = lanes
        rectangle = Self.task
        leastOfARow = .max
      case .depthwiseChannelsFirst:
        pixelLookUp = 0
        pixelStep = lanes
        rectangle = Self.task
        leastOfARow = .max
      case .general:
        pixelLookUp = 0
        pixelStep = 1
        rectangle = Self.task
        leastOfARow = 1
      case .winograd: preconditionFailure("has a cost of its own")
      }
    }

    func task(panels: Int, cells: Int) -> Double {
      let computed = (cells + pixelStep - 1) / pixelStep * pixelStep
      let tiles = (computed + tilePixels - 1) / tilePixels
      // Loading its weights takes a tile about as long as half a pixel, and sums for fewer than four pixels wait for
      // each other.
      let summed = Double(max(computed, Self.leastOfATile * tiles)) + 0.5 * Double(tiles)
      return summed * Double(panels) * pixel + Double(computed) * pixelLookUp + Double(tiles) * tile
        + rectangle
    }
  }
}
