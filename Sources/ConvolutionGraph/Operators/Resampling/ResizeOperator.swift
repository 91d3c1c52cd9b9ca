/// `Resize` and `Upsample`. Inputs 1 to 3: the part of each axis that is resampled, scales, extents; there are either scales
/// or extents.
struct ResizeOperator: Operator {
  enum Proportions: String, Sendable {
    /// Every axis comes to its own extent.
    case free = "stretch"
    /// All axes by one scale, so that none is larger than its extent.
    case notLarger = "not_larger"
    case notSmaller = "not_smaller"
  }

  var interpolation = Interpolation()
  /// Those that the inputs speak of; nil: all.
  var axes: [Int]?
  var proportions = Proportions.free
  private(set) var order = AxisOrder()

  init(_ interpolation: Interpolation) { self.interpolation = interpolation }

  /// `Resize`.
  init(_ reader: inout NodeReader) {
    interpolation.mode = reader.word("mode", default: .nearest)
    guard reader.opset > 10 else {
      readOldInputs(&reader)
      return
    }
    interpolation.coordinates = reader.word("coordinate_transformation_mode", default: .halfPixel)
    interpolation.rounding = reader.word("nearest_mode", default: Interpolation.Rounding.halfDown)
    interpolation.cubicCoefficient = Double(reader.float("cubic_coeff_a", default: -0.75))
    interpolation.excludesOutside = reader.bool("exclude_outside")
    interpolation.antialias = reader.bool("antialias")
    interpolation.outside = reader.float("extrapolation_value", default: 0)
    proportions = reader.word("keep_aspect_ratio_policy", default: .free)
    axes = reader.integers("axes")
    if interpolation.antialias, interpolation.mode == .nearest {
      reader.reject("attribute antialias of mode nearest")
    }
  }

  /// `Upsample`, whose scales may be an attribute.
  init(upsample reader: inout NodeReader) {
    interpolation.mode = reader.word("mode", default: .nearest)
    let scales = reader.floats("scales")
    readOldInputs(&reader)
    reader.setInput(2, scales.flatMap { try? NetworkTensor($0, shape: [$0.count]) })
  }

  /// Of versions without parts of axes and a choice of coordinates.
  private mutating func readOldInputs(_ reader: inout NodeReader) {
    interpolation.coordinates = .asymmetric
    interpolation.rounding = nil
    reader.insertMissingInput(1)
  }

  var description: String { "Resize \(interpolation.mode)" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    guard
      x.element == .float32
        || (interpolation.mode == .nearest && interpolation.coordinates != .cropAndResize)
    else {
      throw NetworkError(
        .shapeMismatch, argument: "x", received: "\(x)",
        expected: "float32, or mode nearest within the input")
    }
    return [try TensorType(x.element, try resampledAxes(arguments).map(\.outputs)).checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.type(0, "x")
    let axes = try resampledAxes(arguments)
    guard outputs[0].count > 0, axes.contains(where: { !$0.isUnchanged }) else {
      var step = CopyStep(x.element, context)
      try step.add(
        outputs[0].shape, from: .whole(.input(0), x.shape), to: .whole(.output(0), x.shape))
      return step
    }
    // Innermost axes first; two at once where it is possible.
    var (shape, passes) = (x.shape, [ResamplingStep.Pass]())
    var axis = axes.count - 1
    while axis >= 0 {
      defer { axis -= 1 }
      guard !axes[axis].isUnchanged else { continue }
      let taps = try Taps(axes[axis], interpolation)
      let inner = shape[(axis + 1)...].reduce(1, *)
      shape[axis] = axes[axis].outputs
      if x.element != .float32 {
        passes.append(
          try .init(
            nearest: taps, outer: shape[..<axis].reduce(1, *),
            innerBytes: inner * x.element.byteCount,
            context))
      } else if axis > 0, !axes[axis - 1].isUnchanged {
        axis -= 1
        let height = try Taps(axes[axis], interpolation)
        shape[axis] = axes[axis].outputs
        passes.append(
          .init(height, taps, outer: shape[..<axis].reduce(1, *), inner: inner, context))
      } else {
        passes.append(.init(taps, outer: shape[..<axis].reduce(1, *), inner: inner, context))
      }
    }
    return ResamplingStep(passes: passes)
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    var operation = self
    operation.order = order.permuted(by: permutation)
    return Permuted(
      operation: operation, inputs: (0..<arguments.count).map { $0 == 0 ? permutation : nil })
  }
}

// MARK: - Extents

extension ResizeOperator {
  /// What each axis of the tensor at hand comes to.
  func resampledAxes(_ arguments: Arguments) throws(NetworkError) -> [ResampledAxis] {
    let shape = order.inFile(try arguments.type(0, "x").shape)
    var listed: [Int] = []
    for axis in axes ?? Array(shape.indices) { listed.append(try shape.axis(axis, "axes")) }
    guard Set(listed).count == listed.count else {
      throw NetworkError(
        .invalidValue, argument: "axes", received: "\(listed)", expected: "each axis once")
    }
    let extents = listed.map { shape[$0] }
    var resampled = try resampled(extents, arguments)
    if interpolation.coordinates == .cropAndResize {
      let part = try arguments.floats(1, "roi") ?? []
      guard part.count == 2 * listed.count else {
        throw NetworkError(
          .shapeMismatch, argument: "roi", received: "\(part)",
          expected: "a beginning and an end for each of \(listed.count) axes")
      }
      for index in listed.indices {
        resampled[index].start = Double(part[index])
        resampled[index].end = Double(part[listed.count + index])
      }
    }
    var all = shape.map { ResampledAxis($0) }
    for (index, axis) in listed.enumerated() { all[axis] = resampled[index] }
    return order.atHand(all)
  }

  /// - Parameter extents: of the axes that the inputs speak of.
  private func resampled(
    _ extents: [Int], _ arguments: Arguments
  ) throws(NetworkError) -> [ResampledAxis] {
    // An empty tensor is one that is left out.
    let scales = try isGiven(2, arguments) ? arguments.floats(2, "scales") : nil
    let sizes = try isGiven(3, arguments) ? arguments.integers(3, "sizes") : nil
    let received = "scales \(scales ?? []), sizes \(sizes ?? []) of extents \(extents)"
    let mismatch = NetworkError(
      .shapeMismatch, argument: "scales, sizes", received: received,
      expected: "either, a positive number for each axis, and no samples of nothing")
    if let scales {
      guard sizes == nil, scales.count == extents.count else { throw mismatch }
      let axes = zip(extents, scales).compactMap { ResampledAxis($0, scaledBy: $1) }
      guard axes.count == extents.count else { throw mismatch }
      return axes
    }
    guard let sizes, sizes.count == extents.count, sizes.allSatisfy({ $0 >= 0 }),
      zip(extents, sizes).allSatisfy({ $0 > 0 || $1 == 0 })
    else { throw mismatch }
    let ratios = zip(sizes, extents).map { Double($0) / Double($1) }
    guard proportions != .free, let least = ratios.min(), let most = ratios.max() else {
      return zip(extents, sizes).map { ResampledAxis($0, to: $1) }
    }
    let scale = proportions == .notLarger ? least : most
    guard extents.allSatisfy({ $0 > 0 && Double($0) * scale < 0x1p62 }) else { throw mismatch }
    return extents.map { ResampledAxis($0, keeping: scale) }
  }

  private func isGiven(_ index: Int, _ arguments: Arguments) -> Bool {
    arguments[index].map { $0.type.count > 0 } ?? false
  }
}
