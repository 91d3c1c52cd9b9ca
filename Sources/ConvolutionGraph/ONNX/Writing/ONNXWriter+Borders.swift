@_spi(Tools) import Convolution

/// Elements that are added around an axis.
struct BorderedAxis {
  /// How many, known or worked out in a run: an integer of no axes.
  enum Amount {
    case known(Int)
    case computed(String)
  }

  let axis: Int
  /// Negative ones take elements away.
  let before, after: Amount
  let border: Border
  /// The axis's extent, where it is the same in every run.
  let extent: Int?

  init(_ axis: Int, before: Amount, after: Amount, _ border: Border, extent: Int?) {
    (self.axis, self.before, self.after) = (axis, before, after)
    (self.border, self.extent) = (border, extent)
  }

  init(_ axis: Int, _ amount: PaddingAmount, _ border: Border, extent: Int?) {
    self.init(
      axis, before: .known(amount.before), after: .known(amount.after), border, extent: extent)
  }

  /// nil while it depends on the extent.
  var known: PaddingAmount? {
    guard case .known(let before) = before, case .known(let after) = after else { return nil }
    return PaddingAmount(before: before, after: after)
  }
}

/// What a `Pad` puts around a tensor.
private enum PadMode: Equatable {
  case constant(Float)
  case edge, reflect, wrap

  var word: String {
    switch self {
    case .constant: "constant"
    case .edge: "edge"
    case .reflect: "reflect"
    case .wrap: "wrap"
    }
  }
}

extension ONNXWriter {
  /// Adds nodes that put borders around a tensor, axis by axis, so that later axes have the borders of earlier ones.
  ///
  /// A `Pad` is written where it is defined: for a constant and for the nearest sample always, for a mirrored axis no
  /// further than its samples reach. All else is a `Gather` of the samples that the border reads.
  mutating func padded(
    _ x: String, rank: Int, _ axes: [BorderedAxis], element: ElementType = .float32
  ) throws(NetworkError) -> String {
    var (y, pending) = (x, (mode: PadMode.edge, axes: [BorderedAxis]()))
    for axis in axes where axis.known != PaddingAmount.none {
      guard let mode = padMode(axis) else {
        y = try pad(y, rank: rank, pending.axes, pending.mode, element)
        pending.axes = []
        y = try gathered(y, axis)
        continue
      }
      if pending.mode != mode {
        y = try pad(y, rank: rank, pending.axes, pending.mode, element)
        pending = (mode, [])
      }
      pending.axes.append(axis)
    }
    return try pad(y, rank: rank, pending.axes, pending.mode, element)
  }

  /// nil: no `Pad` does it for every extent that the axis may have.
  private func padMode(_ axis: BorderedAxis) -> PadMode? {
    if let value = axis.border.constantValue { return .constant(value) }
    guard let amount = axis.known else { return nil }
    let most = max(amount.before, amount.after)
    guard amount.before >= 0, amount.after >= 0 else { return nil }
    if axis.border == .replicate { return .edge }
    guard let extent = axis.extent else { return nil }
    if axis.border == .reflect, most < extent { return .reflect }
    return axis.border == .circular && most <= extent && opset >= 19 ? .wrap : nil
  }

  // MARK: Pad

  private mutating func pad(
    _ x: String, rank: Int, _ axes: [BorderedAxis], _ mode: PadMode, _ element: ElementType
  ) throws(NetworkError) -> String {
    let y = try cropped(x, axes)
    if axes.allSatisfy({ axis in axis.known.map { $0.before <= 0 && $0.after <= 0 } ?? false }) {
      return y
    }
    noteBorder("Pad \(mode.word)")
    var value: Float = 0
    if case .constant(let constant) = mode { value = constant }
    let known = axes.compactMap(\.known)
    if known.count == axes.count {
      var pads = Array(repeating: 0, count: 2 * rank)
      for (axis, amount) in zip(axes, known) {
        pads[axis.axis] = max(amount.before, 0)
        pads[rank + axis.axis] = max(amount.after, 0)
      }
      guard opset >= 11 else {
        guard element == .float32 else {
          throw reject("a pad of \(element) needs opset 11 or newer")
        }
        return add(
          "Pad", [y],
          ["mode": .string(mode.word), "pads": .integers(pads), "value": .float(value)])
      }
      return try pad(y, integers(pads, "pads"), mode, value, element)
    }
    try require(opset: 11, for: "a pad that depends on the input's shape")
    let none = try integers([0], "none")
    var amounts = Array(repeating: none, count: 2 * rank)
    for axis in axes {
      amounts[axis.axis] = try vector(axis.before)
      amounts[rank + axis.axis] = try vector(axis.after)
    }
    return try pad(
      y, add("Concat", amounts, ["axis": .integer(0)]), mode, value, element)
  }

  private mutating func pad(
    _ x: String, _ pads: String, _ mode: PadMode, _ value: Float, _ element: ElementType
  ) throws(NetworkError) -> String {
    let constant = value == 0 ? nil : try number(value, element, "value")
    return add("Pad", [x, pads, constant], ["mode": .string(mode.word)])
  }

  private mutating func vector(_ amount: BorderedAxis.Amount) throws(NetworkError) -> String {
    switch amount {
    case .known(let amount): try integers([max(amount, 0)], "pad")
    case .computed(let name): try vector(name)
    }
  }

  /// Without what negative amounts take away.
  private mutating func cropped(
    _ x: String, _ axes: [BorderedAxis]
  ) throws(NetworkError) -> String {
    let cropped = axes.filter { axis in
      axis.known.map { $0.before < 0 || $0.after < 0 } ?? false
    }
    guard !cropped.isEmpty else { return x }
    noteBorder("Slice")
    let amounts = cropped.map { $0.known! }
    return try slice(
      x, axes: cropped.map(\.axis), starts: amounts.map { max(-$0.before, 0) },
      ends: amounts.map { $0.after < 0 ? $0.after : Int(Int32.max) })
  }

  /// A part of every axis, from a start to an end, which is not included; negative ones count from the end.
  mutating func slice(
    _ x: String, axes: [Int], starts: [Int], ends: [Int]
  ) throws(NetworkError) -> String {
    guard opset >= 10 else {
      return add(
        "Slice", [x],
        ["starts": .integers(starts), "ends": .integers(ends), "axes": .integers(axes)])
    }
    return add(
      "Slice",
      [x, try integers(starts, "starts"), try integers(ends, "ends"), try integers(axes, "axes")])
  }

  // MARK: Gather

  /// The samples of an axis that its taps read, one after the other.
  private mutating func gathered(_ x: String, _ axis: BorderedAxis) throws(NetworkError) -> String {
    noteBorder("Gather \(axis.border)")
    let indices: String
    if let extent = axis.extent, let amount = axis.known {
      indices = try integers(
        (-amount.before..<extent + amount.after).map {
          axis.border.sample(at: $0, extent: extent)!
        }, "indices")
    } else {
      indices = try computedIndices(x, axis)
    }
    return add("Gather", [x, indices], ["axis": .integer(axis.axis)])
  }

  /// The same for any extent, worked out in a run.
  private mutating func computedIndices(
    _ x: String, _ axis: BorderedAxis
  ) throws(NetworkError) -> String {
    try require(opset: 11, for: "a border of inputs of any extent")
    let count = try extent(x, axis: axis.axis)
    let before =
      switch axis.before {
      case .known(let amount): try integer(-amount)
      case .computed(let name): add("Neg", [name])
      }
    let end =
      switch axis.after {
      case .known(let amount): try sum(count, amount)
      case .computed(let name): add("Add", [count, name])
      }
    let positions = add("Range", [before, end, try integer(1)])
    if axis.border == .circular { return add("Mod", [positions, count]) }
    let last = try sum(count, -1)
    if axis.border == .replicate {
      // max(p, 0), then the last one less what it lies before it.
      let inside = try notNegative(positions)
      return difference(last, try notNegative(difference(last, inside)))
    }
    // Mirrored samples fold about the last one; or, where it comes twice, about the place behind it.
    if axis.border == .reflect {
      let period = try product(last, 2)
      // One sample has a period of 1.
      let isOne = add(
        "Cast", [add("Equal", [period, try integer(0)])],
        ["to": .integer(ElementType.int64.onnx)])
      let phase = add("Mod", [positions, add("Add", [period, isOne])])
      return difference(last, add("Abs", [difference(phase, last)]))
    }
    let phase = add("Mod", [positions, try product(count, 2)])
    // (2n - 1 - |2p - (2n - 1)|) / 2
    let ends = try sum(try product(count, 2), -1)
    let folded = add("Abs", [difference(try product(phase, 2), ends)])
    return try quotient(difference(ends, folded), by: 2)
  }
}
