@_spi(Tools) import Convolution

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
    let added = amounts.map { PaddingAmount(before: max($0.before, 0), after: max($0.after, 0)) }
    let lastConstant = added.indices.last {
      added[$0] != .none && borders[$0].constantValue ?? 0 != 0
    }
    let isLeft = added.indices.map { borders[$0].constantValue == 0 && $0 > lastConstant ?? -1 }
    let laidOut = zip(added, isLeft).map { $1 ? PaddingAmount.none : $0 }
    var x = try padded(x, [PaddingAmount.none, .none] + laidOut, [Border.zeros, .zeros] + borders)
    // Behind the borders, which may read what is taken away.
    for (axis, amount) in amounts.enumerated() {
      x = try cropped(x, axis + 2, before: max(-amount.before, 0), after: max(-amount.after, 0))
    }
    if laidOut != added.map({ _ in .none }) {
      paddingWords.append("border laid out: \(laidOut.inPairs)")
    }
    return (x, zip(added, isLeft).map { $1 ? $0 : PaddingAmount.none })
  }

  mutating func cropped(
    _ x: MLValue, _ axis: Int, before: Int, after: Int
  ) throws(NetworkError) -> MLValue {
    let extent = x.shape[axis]
    guard before + after < extent else { throw unwritable("an empty tensor") }
    return try sliced(x, axis, .init(from: before, to: extent - after, step: 1, extent: extent))
  }

  /// x with borders of no negative amounts, one for each axis: by the modes of Core ML's `pad` within what it allows, neighbours
  /// of one mode in one operation; else put together of parts of x.
  mutating func padded(
    _ x: MLValue, _ amounts: [PaddingAmount], _ borders: [Border]
  ) throws(NetworkError) -> MLValue {
    var (x, pad) = (x, Pad?.none)
    for axis in x.shape.indices where amounts[axis] != .none {
      let (amount, border) = (amounts[axis], borders[axis])
      let mode = Pad.mode(border, amount, axis, of: x.shape)
      if let last = pad, last.mode != mode {
        x = try padded(x, last)
        pad = nil
      }
      if let mode {
        var joined = pad ?? Pad(mode: mode, amounts: x.shape.map { _ in .none })
        joined.amounts[axis] = amount
        pad = joined
      } else {
        let before = try parts(x, axis, (0..<amount.before).map { $0 - amount.before }, border)
        let after = try parts(x, axis, (0..<amount.after).map { $0 + x.shape[axis] }, border)
        x = try concatenated(before + [x] + after, axis)
      }
    }
    if let pad { x = try padded(x, pad) }
    return x
  }

  /// The same on one axis.
  mutating func padded(
    _ x: MLValue, _ axis: Int, _ amount: PaddingAmount, _ border: Border
  ) throws(NetworkError) -> MLValue {
    try padded(
      x, x.shape.indices.map { $0 == axis ? amount : .none }, x.shape.map { _ in border })
  }

  /// An operation `pad`.
  private struct Pad {
    enum Mode: Equatable {
      case constant(Float)
      case reflect, replicate
    }

    let mode: Mode
    var amounts: [PaddingAmount]

    /// nil: Core ML has none that does it.
    static func mode(
      _ border: Border, _ amount: PaddingAmount, _ axis: Int, of shape: [Int]
    ) -> Mode? {
      if let value = border.constantValue { return .constant(value) }
      let most = max(amount.before, amount.after)
      // Samples are repeated along the last two axes alone.
      guard axis >= shape.count - 2 else { return nil }
      if border == .reflect, most < shape[axis] { return .reflect }
      return border == .replicate && most <= shape[axis] ? .replicate : nil
    }
  }

  private mutating func padded(_ x: MLValue, _ pad: Pad) throws(NetworkError) -> MLValue {
    let (mode, value): (String, Float) =
      switch pad.mode {
      case .constant(let value): ("constant", value)
      case .reflect: ("reflect", 0)
      case .replicate: ("replicate", 0)
      }
    return try add(
      "pad",
      [
        "x": .value(x), "pad": .integers(pad.amounts.inPairs), "mode": .word(mode),
        "constant_val": .float(value),
      ], x.type.shaped(zip(x.shape, pad.amounts).map { $0 + $1.before + $1.after }))
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
