import CConvolution

extension ConvolutionLayer {
  /// Resolves the layer's gradients for an input shape.
  ///
  /// What a border tap read of an inside sample counts for that sample; a constant is nobody's.
  /// - Parameters:
  ///   - parts: which gradients.
  ///   - shape: of the input, in `layout`.
  ///   - layout: of the input, of the output and of their gradients.
  ///   - planner: how they are to be computed.
  /// - Throws: what ``plan(for:layout:with:region:buffers:)`` throws.
  public func gradients(
    _ parts: Gradients.Parts = [.input, .weights, .bias], for shape: [Int],
    layout: Layout = .channelsFirst, with planner: Planner = Planner()
  ) throws(ConvolutionError) -> GradientPlan {
    let geometry = try geometry(for: shape, layout: layout)
    var input: Plan?
    if parts.contains(.input) {
      let axes = geometry.axes.suffix(rank)
      // What is left out of the transposed output is the border, and what no tap reaches at the end.
      let amounts = axes.map { axis in
        let reached = (axis.output - 1) * axis.stride + axis.dilation * (axis.kernel - 1) + 1
        return PaddingAmount(
          before: axis.padding.before, after: reached - axis.padding.before - axis.input)
      }
      let transposed = try TransposedLayer(transposing: self, amounts: amounts)
      input = try transposed.plan(
        for: geometry.output.shape(in: layout), layout: layout, with: planner)
    }
    var sums: Plan?
    if GradientPlan.needsSums(activation, parts) {
      sums = try ConvolutionLayer(self, activation: .identity)
        .plan(for: shape, layout: layout, with: planner)
    }
    let hasBorderShare = geometry.axes.contains {
      $0.border.constantValue == nil && $0.inside != 0..<$0.output
    }
    return try GradientPlan(
      parts, input: geometry.input, output: geometry.output, adjoint: geometry,
      activation: activation, weights: weights, inputGradient: input, sums: sums,
      isTransposed: false, hasBorderShare: hasBorderShare && parts.contains(.input),
      planner: planner)
  }
}

extension TransposedLayer {
  /// Resolves the layer's gradients for an input shape.
  ///
  /// - Parameters:
  ///   - parts: which gradients.
  ///   - shape: of the input, in `layout`.
  ///   - layout: of the input, of the output and of their gradients.
  ///   - planner: how they are to be computed.
  /// - Throws: what ``plan(for:layout:with:region:buffers:)`` throws.
  public func gradients(
    _ parts: Gradients.Parts = [.input, .weights, .bias], for shape: [Int],
    layout: Layout = .channelsFirst, with planner: Planner = Planner()
  ) throws(ConvolutionError) -> GradientPlan {
    let geometry = try geometry(for: shape, layout: layout)
    // The convolution that this layer is the transpose of: it reads the output's gradient and gives the input's.
    let axes = geometry.axes.map { axis in
      let reached = (axis.input - 1) * axis.stride + axis.dilation * (axis.kernel - 1) + 1
      return Axis(
        input: axis.output, output: axis.input, kernel: axis.kernel, stride: axis.stride,
        dilation: axis.dilation,
        padding: PaddingAmount(
          before: axis.padding.before, after: reached - axis.padding.before - axis.output),
        border: .zeros)
    }
    let adjoint = Geometry(
      layout: layout, images: geometry.images, groups: groups,
      inputChannels: geometry.outputChannels, outputChannels: geometry.inputChannels, axes: axes,
      rank: rank)
    var input: Plan?
    if parts.contains(.input) {
      let convolution = try ConvolutionLayer(
        transposing: self, amounts: axes.suffix(rank).map(\.padding))
      input = try convolution.plan(
        for: geometry.output.shape(in: layout), layout: layout, with: planner)
    }
    var sums: Plan?
    if GradientPlan.needsSums(activation, parts) {
      sums = try TransposedLayer(self, activation: .identity)
        .plan(for: shape, layout: layout, with: planner)
    }
    return try GradientPlan(
      parts, input: geometry.input, output: geometry.output, adjoint: adjoint,
      activation: activation, weights: weights, inputGradient: input, sums: sums,
      isTransposed: true, hasBorderShare: false, planner: planner)
  }
}

extension GradientPlan {
  /// Whether the sums before the activation must be computed again: the output does not tell its slope.
  fileprivate static func needsSums(_ activation: Activation, _ parts: Gradients.Parts) -> Bool {
    var resolved = activation.resolved
    return activation != .identity && !parts.isEmpty
      && conv_gradient_source_of(&resolved) == CONV_FROM_SUM
  }

  /// - Throws: `.nonPositiveSize` for threads, `.integerOverflow`, `.outOfMemory`.
  fileprivate init(
    _ parts: Gradients.Parts, input: ImageShape, output: ImageShape, adjoint: Geometry,
    activation: Activation, weights: LayerWeights, inputGradient: Plan?, sums: Plan?,
    isTransposed: Bool, hasBorderShare: Bool, planner: Planner
  ) throws(ConvolutionError) {
    self.parts = parts
    layout = adjoint.layout
    inputShape = input.shape(in: layout)
    outputShape = output.shape(in: layout)
    weightShape = weights.source.shape
    outputChannels = output.channels
    images = output.images
    threads = try planner.checkedThreads()
    instructionSet = planner.resolvedInstructionSet
    keepsExactOrder =
      planner.accuracy == .exactOrder || ![.automatic, .winograd].contains(planner.algorithm)
    flushesDenormals = planner.flushesDenormals
    self.activation = activation
    self.weights = weights
    self.input = inputGradient
    self.sums = sums
    self.isTransposed = isTransposed
    self.hasBorderShare = hasBorderShare
    needsOutput = activation != .identity && sums == nil && !parts.isEmpty
    problem = try Problem(
      adjoint, activation: .identity, hasFiniteWeights: weights.areFinite, caches: Machine.caches)
    outputs = try Problem(
      Geometry(samplesOf: output, layout: layout), activation: .identity, hasFiniteWeights: true,
      caches: Machine.caches)
    let elements = try Checked.elementCount(outputShape, argument: "output")
    innerBytes =
      activation == .identity || parts.contains(.residual)
      ? 0 : (elements * MemoryLayout<Float>.stride).roundedUpToALine

    let functions = conv_gradients_of(instructionSet.isa).pointee
    var (base, outputs) = (problem.base, outputs.base)
    var scratch = [inputGradient?.workspaceBytes ?? 0, sums?.workspaceBytes ?? 0]
    if parts.contains(.weights) {
      scratch.append(
        functions.weights_workspace_bytes(
          &base, Int64(images), keepsExactOrder, Int32(threads)))
    }
    if parts.contains(.bias) {
      scratch.append(functions.bias_workspace_bytes(&outputs, Int64(images)))
    }
    if hasBorderShare { scratch.append(functions.border_workspace_bytes(&base)) }
    workspaceBytes = innerBytes + scratch.max()!
  }
}

extension Geometry {
  /// The samples of an image, each of them the output of one tap.
  fileprivate init(samplesOf image: ImageShape, layout: Layout) {
    let missing = Array(repeating: Axis.missing, count: 3 - image.spatial.count)
    self.init(
      layout: layout, images: image.images, groups: image.channels, inputChannels: 1,
      outputChannels: 1,
      axes: missing
        + image.spatial.map {
          Axis(
            input: $0, output: $0, kernel: 1, stride: 1, dilation: 1, padding: .none,
            border: .zeros)
        }, rank: image.spatial.count)
  }
}
