import CConvolution

/// One way to compute a layer on an input shape: a kernel, with Winograd's form where it has one, and what its work is.
struct Candidate {
  let algorithm: Algorithm
  let family: KernelFamily
  let kernel: Kernel
  let form: WinogradForm?
  let panels, packedBytes: Int
  /// What it is expected to take for one image on one thread, in nanoseconds.
  let expectedTime: Double
  private let cost: any Schedule.Cost
  private let grain: [Int]

  init(
    _ algorithm: Algorithm, _ family: KernelFamily, _ form: WinogradForm? = nil,
    for layer: LayerFacts, weights: LayerWeights, instructionSet: InstructionSet
  ) {
    self.algorithm = algorithm
    self.family = family
    self.form = form
    kernel = Kernel(family: family, instructionSet: instructionSet)
    let extents = weights.extents(for: form)
    panels = kernel.panelCount(extents)
    packedBytes = kernel.packedBytes(extents)
    let panelBytes = Double(packedBytes) / Double(panels)
    if let form {
      let tiles = WinogradTiles(form, layer)
      grain = tiles.grain
      cost = Schedule.WinogradCost(
        kernel: kernel, tiles: tiles, panels: panels, panelBytes: panelBytes, layer: layer)
    } else {
      grain = [1, 1, 1]
      cost = Schedule.DirectCost(
        kernel: kernel, family: family, panels: panels, panelBytes: panelBytes, layer: layer)
    }
    let cells = zip(layer.output, grain).map { CellRange(0..<$0, grain: $1).count }
    expectedTime = cost.weights + cost.task(panels: panels, cells: cells.reduce(1, *))
  }

  /// `direct`, or `F(4x4, 3x3)`.
  var name: String { form?.description ?? algorithm.rawValue }

  /// The work of computing `rectangle` of every image.
  ///
  /// - Parameter cacheBytes: how much of the packed weights may be gone through for every tile. Winograd goes through
  ///   them once a block of tiles, however many they are.
  func work(rectangle: [Range<Int>], images: Int, threads: Int, cacheBytes: Int) -> Schedule.Work {
    Schedule.Work(
      panels: panels,
      leastPanelCuts: form == nil ? min((packedBytes - 1) / cacheBytes + 1, panels) : 1,
      rectangle: zip(rectangle, grain).map { CellRange($0, grain: $1) }, images: images,
      cost: cost, threads: threads)
  }
}
