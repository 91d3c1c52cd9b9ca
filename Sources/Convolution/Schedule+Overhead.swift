extension Schedule {
  /// What a kernel family spends besides its multiply-adds, in multiply-adds: estimates that the cut is weighed by.
  struct Overhead {
    /// For each tile: looking up where its taps lie, gathering or turning its samples.
    let tile: Double
    /// For each rectangle of its own: input rows that a neighbour prepares as well.
    let rectangle: Double

    /// - Parameters:
    ///   - channels: input and output channels of all groups.
    ///   - sharedRows: samples of the input rows that two neighbouring rectangles both see.
    init(
      family: KernelFamily, tilePixels: Int, taps: Int, groupInputs: Int, channels: Int,
      sharedRows: Double
    ) {
      let lookUp = 8 * Double(tilePixels * taps)
      // Turning or gathering a sample takes about as long as this many multiply-adds.
      let perSample = 20.0
      switch family {
      case .denseChannelsLast, .depthwiseChannelsLast, .depthwiseChannelsFirst,
        .fewOutputsChannelsLast:
        tile = lookUp
        rectangle = 0
      case .denseChannelsFirst:
        tile = lookUp + 2 * Double(tilePixels * taps) * Double(groupInputs)
        rectangle = 0
      case .denseTransposed, .planarChannelsFirst, .planarChannelsLast:
        tile = lookUp + perSample * Double(tilePixels) * Double(channels)
        rectangle = perSample * sharedRows
      case .general:
        tile = 0
        rectangle = 0
      }
    }
  }
}
