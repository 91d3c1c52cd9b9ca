/// The grid of tiles that a form lays over a layer's output, beginning at output 0.
///
/// Along an axis with dilation d the outputs of d tiles interleave: a cell of the grid is d tiles.
struct WinogradTiles {
  let form: WinogradForm
  /// Outputs of a cell along depth, height and width.
  let grain: [Int]
  /// Tiles of a cell, on average: the last one of an axis may have fewer outputs than tiles.
  let perCell: Double

  init(_ form: WinogradForm, _ layer: LayerFacts) {
    self.form = form
    let tile = Array(repeating: 1, count: 3 - layer.rank) + form.tile
    // A dilation beyond the last output leaves one output a tile, however large it is.
    let dilation = (0..<3).map {
      tile[$0] == 1 ? 1 : min(layer.dilation[$0], max(layer.output[$0], 1))
    }
    let grain = zip(tile, dilation).map { $0 * $1 }
    perCell = (0..<3).reduce(1) { average, axis in
      let (cells, rest) = layer.output[axis].quotientAndRemainder(dividingBy: grain[axis])
      let tiles = cells * dilation[axis] + min(rest, dilation[axis])
      return average * Double(tiles) / Double(max(cells + (rest > 0 ? 1 : 0), 1))
    }
    self.grain = grain
  }
}
