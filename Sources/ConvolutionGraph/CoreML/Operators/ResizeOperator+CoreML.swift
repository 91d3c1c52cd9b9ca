extension ResizeOperator {
  /// Core ML resamples pictures by whole factors and on a few grids, as far as they are those of the network. Other nearest
  /// samples are picked one by one, other sums of samples are products with a matrix of weights.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    var x = try scope.cast(scope.input(), .float32)
    let axes = try resampledAxes(scope.arguments)
    let changed = axes.indices.filter { !axes[$0].isUnchanged }
    guard !changed.isEmpty else { return [try scope.input()] }
    let isPicture = x.rank >= 3 && changed.allSatisfy { $0 >= x.rank - 2 }
    if isPicture, let y = try picture(x, Array(axes.suffix(2)), &scope) {
      return [try scope.cast(y, scope.type().element)]
    }
    for axis in changed {
      let taps = try Taps(axes[axis], interpolation)
      guard !taps.index.array(of: Int32.self).contains(-1) else {
        throw scope.unwritable("samples outside")
      }
      x = try resampled(x, axis, taps, &scope)
    }
    return [try scope.cast(x, scope.type().element)]
  }

  /// One operation on the last two axes; nil: there is none.
  private func picture(
    _ x: MLValue, _ axes: [ResampledAxis], _ scope: inout MLScope
  ) throws(NetworkError) -> MLValue? {
    let result = x.type.shaped(Array(x.shape.dropLast(2)) + axes.map(\.outputs))
    switch interpolation.mode {
    case .nearest:
      for axis in axes where !axis.isUnchanged {
        guard axis.outputs.isMultiple(of: axis.inputs) else { return nil }
        let factor = Int32(axis.outputs / axis.inputs)
        let picked = try Taps(axis, interpolation).index.array(of: Int32.self)
        guard picked == (0..<Int32(axis.outputs)).map({ $0 / factor }) else { return nil }
      }
      return try scope.add(
        "upsample_nearest_neighbor",
        [
          "x": .value(x), "scale_factor_height": .integer(axes[0].outputs / axes[0].inputs),
          "scale_factor_width": .integer(axes[1].outputs / axes[1].inputs),
        ], result)
    case .linear where !interpolation.antialias && !interpolation.excludesOutside:
      guard
        let grid = BilinearGrid.allCases.first(where: { grid in
          axes.allSatisfy { $0.isUnchanged || grid.isThat(of: $0, interpolation.coordinates) }
        })
      else { return nil }
      return try scope.add(
        "resize_bilinear",
        [
          "x": .value(x), "target_size_height": .integer(axes[0].outputs),
          "target_size_width": .integer(axes[1].outputs), "sampling_mode": .word(grid.rawValue),
        ], result)
    default: return nil
    }
  }

  private func resampled(
    _ x: MLValue, _ axis: Int, _ taps: Taps, _ scope: inout MLScope
  ) throws(NetworkError) -> MLValue {
    var shape = x.shape
    shape[axis] = taps.outputs
    guard let weights = taps.weights else {
      let indices = scope.constant(taps.index.reshaped([taps.outputs]), "indices")
      return try scope.add(
        "gather", ["x": .value(x), "indices": .value(indices), "axis": .integer(axis)],
        x.type.shaped(shape))
    }
    var matrix = [Float](repeating: 0, count: taps.outputs * taps.inputs)
    let (index, weight) = (taps.index.array(of: Int32.self), weights.floats)
    for output in 0..<taps.outputs {
      for tap in output * taps.count..<(output + 1) * taps.count {
        matrix[output * taps.inputs + Int(index[tap])] += weight[tap]
      }
    }
    let constant = scope.constant(
      try NetworkTensor(matrix, shape: [taps.outputs, taps.inputs]), "weights")
    // outer x inputs x inner
    let split = AxisSplit(x.shape, axis: axis)
    let lines = try scope.reshaped(x, [split.outer, split.count, split.inner])
    let product = try scope.add(
      "matmul",
      [
        "x": .value(constant), "y": .value(lines), "transpose_x": false, "transpose_y": false,
      ], x.type.shaped([split.outer, taps.outputs, split.inner]))
    return try scope.reshaped(product, shape)
  }
}

/// Where the outputs of Core ML's `resize_bilinear` lie among the inputs, by its words.
private enum BilinearGrid: String, CaseIterable {
  case alignedCorners = "STRICT_ALIGN_CORNERS"
  case unalignedCorners = "UNALIGN_CORNERS"
  case aligned = "DEFAULT"

  /// Whether an axis is resampled at the same places.
  func isThat(of axis: ResampledAxis, _ coordinates: Interpolation.Coordinates) -> Bool {
    guard axis.isWhole else { return false }
    let (inputs, outputs) = (Double(axis.inputs), Double(axis.outputs))
    // Between single outputs there is no spacing.
    guard outputs > 1 || self == .unalignedCorners else { return false }
    return (0..<axis.outputs).allSatisfy { output in
      let x = Double(output)
      let place =
        switch self {
        case .alignedCorners: x * (inputs - 1) / (outputs - 1)
        case .unalignedCorners: (x + 0.5) * inputs / outputs - 0.5
        case .aligned: x * (inputs - inputs / outputs) / (outputs - 1)
        }
      let other = axis.place(of: output, coordinates)
      func inside(_ place: Double) -> Double { min(max(place, 0), inputs - 1) }
      return abs(inside(place) - inside(other)) < 1e-9 * inputs
    }
  }
}
