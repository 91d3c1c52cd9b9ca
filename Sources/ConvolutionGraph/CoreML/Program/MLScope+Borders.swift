import Convolution

/// Borders around images, which Core ML has outside of its convolutions.
extension MLScope {
  /// x with what its border taps read laid out around it, and the zeros that are left to whoever reads it: how many there are
  /// before and after each axis of space.
  ///
  /// Zeros are left where nothing that is laid out later would lie on top of them: where several axes read a constant, the
  /// last one's counts.
  mutating func bordered(
    _ x: MLValue, _ amounts: [PaddingAmount], _ borders: [Border]
  ) throws(NetworkError) -> (x: MLValue, zeros: [PaddingAmount]) {
    var (x, zeros) = (x, amounts.map { _ in PaddingAmount.none })
    for (axis, amount) in amounts.enumerated() {
      let cut = PaddingAmount(before: min(amount.before, 0), after: min(amount.after, 0))
      let added = PaddingAmount(before: max(amount.before, 0), after: max(amount.after, 0))
      x = try sliced(
        x, axis + 2,
        .init(
          from: -cut.before, to: x.shape[axis + 2] + cut.after, step: 1, extent: x.shape[axis + 2]))
      guard added != .none else { continue }
      let laterConstants = zip(amounts, borders).dropFirst(axis + 1).contains { amount, border in
        (border.constantValue ?? 0) != 0 && (amount.before > 0 || amount.after > 0)
      }
      if borders[axis].constantValue == 0, !laterConstants {
        zeros[axis] = added
      } else {
        x = try padded(x, axis + 2, added, borders[axis])
      }
    }
    return (x, zeros)
  }

  /// x with a border of no negative amounts on one axis: by a mode of Core ML's `pad` within what it allows, else put together
  /// of parts of x.
  mutating func padded(
    _ x: MLValue, _ axis: Int, _ amount: PaddingAmount, _ border: Border
  ) throws(NetworkError) -> MLValue {
    let extent = x.shape[axis]
    let most = max(amount.before, amount.after)
    if let value = border.constantValue { return try padded(x, axis, amount, "constant", value) }
    if border == .replicate, most <= extent { return try padded(x, axis, amount, "replicate") }
    if border == .reflect, most < extent { return try padded(x, axis, amount, "reflect") }
    let before = try parts(x, axis, (0..<amount.before).map { $0 - amount.before }, border)
    let after = try parts(x, axis, (0..<amount.after).map { $0 + extent }, border)
    return try concatenated(before + [x] + after, axis)
  }

  private mutating func padded(
    _ x: MLValue, _ axis: Int, _ amount: PaddingAmount, _ mode: String, _ value: Float = 0
  ) throws(NetworkError) -> MLValue {
    var shape = x.shape
    shape[axis] += amount.before + amount.after
    let amounts = shape.indices.flatMap { $0 == axis ? [amount.before, amount.after] : [0, 0] }
    return try add(
      "pad",
      [
        "x": .value(x), "pad": .integers(amounts), "mode": .word(mode),
        "constant_val": .float(value),
      ], x.type.shaped(shape))
  }

  /// What lies at positions outside of an axis: parts of x in equal steps.
  private mutating func parts(
    _ x: MLValue, _ axis: Int, _ positions: [Int], _ border: Border
  ) throws(NetworkError) -> [MLValue] {
    let extent = x.shape[axis]
    var parts: [MLValue] = []
    for run in EqualSteps.runs(of: positions.map { border.sample(at: $0, extent: extent)! }) {
      // One sample again and again, or samples in their order, or in the opposite order.
      let first = run.step < 0 ? run.first + run.step * (run.count - 1) : run.first
      let count = run.step == 0 ? 1 : run.count
      var part = try sliced(
        x, axis,
        .init(
          from: first, to: first + (count - 1) * abs(run.step) + 1, step: max(abs(run.step), 1),
          extent: extent))
      if run.step < 0 {
        part = try add("reverse", ["x": .value(part), "axes": .integers([axis])], part.type)
      } else if run.step == 0 {
        part = try tiled(part, x.shape.indices.map { $0 == axis ? run.count : 1 })
      }
      parts.append(part)
    }
    return parts
  }
}
