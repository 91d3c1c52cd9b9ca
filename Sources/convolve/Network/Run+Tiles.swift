import ArgumentParser
import Convolution
import ConvolutionGraph
import ConvolutionOptions

extension Run {
  /// Runs an image in rectangles.
  ///
  /// - Parameter layout: of the images that inputs and outputs are.
  func run(
    _ session: NetworkSession, _ inputs: [String: NetworkTensor], inTilesOf extent: Int,
    _ outputs: [OutputFile], _ layout: Layout
  ) throws {
    guard
      let image = session.network.inputs.first(where: { $0.shape?.count ?? 4 == 4 }),
      inputs[image.name]!.shape.count == 4
    else {
      throw ValidationError("--tile: got a network without an input of four axes, expected images")
    }
    let clock = ContinuousClock()
    let start = clock.now
    let network = try TiledNetwork(
      session.network, inputs: inputs.mapValues(\.shape), tiling: image.name,
      axes: layout == .channelsFirst ? (2, 3) : (1, 2), extent: extent, with: session.planner,
      layout: session.layout)
    var bar = ProgressBar(steps: network.tileCount)
    defer { bar.clear() }
    let results = try network.run(inputs) { bar.step("tile \($0 + 1)") }
    for output in outputs { try output.write(results, preferring: layout) }
    bar.clear()
    print("\(model): \(counted(network.tileCount, "tile")) in \((clock.now - start).milliseconds)")
  }
}
