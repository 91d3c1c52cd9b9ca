/// The kernel family that sums a layer's products as they are, and why: every algorithm but Winograd's.
struct DirectChoice {
  let algorithm: Algorithm
  let family: KernelFamily
  let reason: String

  /// One way of computing a layer.
  private struct Rule {
    let algorithm: Algorithm
    let layout: Layout?
    let family: KernelFamily
    /// Why it is the way to take, where those before it are not; or nil.
    let reason: @Sendable (LayerFacts) -> String?
  }

  /// Every way of computing a layer, in order of preference: the first that has a reason is taken.
  private static let rules = [
    Rule(algorithm: .general, layout: nil, family: .general) { layer in
      guard layer.hasZeroBorder, !layer.hasFiniteWeights else { return nil }
      return "a weight is not finite, and a zero border must add nothing"
    },
    Rule(
      algorithm: .depthwise, layout: .channelsLast, family: .depthwiseChannelsLast,
      reason: depthwiseReason),
    Rule(algorithm: .depthwise, layout: .channelsFirst, family: .depthwiseChannelsFirst) {
      layer in
      guard layer.hasZeroColumns, let reason = depthwiseReason(layer) else { return nil }
      return reason + ", border columns that read 0"
    },
    Rule(
      algorithm: .depthwise, layout: .channelsFirst, family: .planarChannelsFirst,
      reason: depthwiseReason),
    Rule(algorithm: .direct, layout: .channelsLast, family: .fewOutputsChannelsLast) { layer in
      guard layer.groupOutputChannels <= 8, layer.groupInputChannels >= 16 else { return nil }
      return "only \(layer.groupOutputChannels) output channels a group: "
        + "vectors run over the \(layer.groupInputChannels) input channels"
    },
    Rule(algorithm: .direct, layout: .channelsLast, family: .planarChannelsLast) { layer in
      let products = layer.taps * layer.groupInputChannels
      guard layer.groupOutputChannels <= (products < 64 ? 8 : 12) else { return nil }
      return "\(layer.groupInputChannels) input and \(layer.groupOutputChannels) output channels "
        + "a group: vectors run over pixels, which are turned to planes"
    },
    Rule(algorithm: .direct, layout: .channelsLast, family: .denseChannelsLast) { layer in
      "\(layer.groupInputChannels) input and \(layer.groupOutputChannels) output channels a group"
    },
    Rule(algorithm: .direct, layout: .channelsFirst, family: .denseTransposed) { layer in
      // Turning costs two passes over the samples: it pays where each meets many weights, or where vectors of pixels
      // would stay half empty.
      guard layer.groups == 1, layer.groupOutputChannels >= 16, layer.rowBytes <= 512 * 1024 else {
        return nil
      }
      let hasManyChannels = layer.groupInputChannels + layer.groupOutputChannels >= 96
      if layer.taps > 1, hasManyChannels || (layer.groupInputChannels >= 32 && layer.taps >= 16) {
        return "\(layer.taps) taps and \(layer.groupInputChannels) input and "
          + "\(layer.groupOutputChannels) output channels: worth turning bands to channels-last"
      }
      if layer.pixels <= 64, !layer.pixels.isMultiple(of: 16) {
        return "only \(layer.pixels) pixels: a vector runs over channels instead"
      }
      return nil
    },
    Rule(algorithm: .direct, layout: .channelsFirst, family: .denseChannelsFirst) { layer in
      guard layer.taps == 1, layer.groupOutputChannels > 8 else { return nil }
      return "one tap and \(layer.groupOutputChannels) output channels a group"
    },
    Rule(algorithm: .direct, layout: .channelsFirst, family: .planarChannelsFirst) { layer in
      "\(layer.taps) tap\(layer.taps == 1 ? "" : "s"), \(layer.groupInputChannels) input and "
        + "\(layer.groupOutputChannels) output channels a group: vectors run over pixels"
    },
  ]

  private static let depthwiseReason: @Sendable (LayerFacts) -> String? = { layer in
    guard layer.groups > 1, layer.groupInputChannels == 1, layer.groupOutputChannels <= 4 else {
      return nil
    }
    let outputs = layer.groupOutputChannels
    return "one input and \(outputs) output channel\(outputs == 1 ? "" : "s") a group"
  }

  /// - Throws: `.unsupportedAlgorithm` when the one asked for cannot compute the layer.
  init(_ asked: Algorithm, for layer: LayerFacts) throws(ConvolutionError) {
    let possible = Self.rules.filter { $0.layout == nil || $0.layout == layer.layout }
    if asked == .depthwise, layer.groupInputChannels != 1 {
      throw ConvolutionError(
        .unsupportedAlgorithm, argument: "algorithm",
        received: "depthwise for \(layer.groupInputChannels) input channels a group",
        expected: "auto or direct")
    }
    if asked != .automatic, asked != .general, let reason = possible[0].reason(layer) {
      throw ConvolutionError(
        .unsupportedAlgorithm, argument: "algorithm", received: "\(asked.rawValue), but \(reason)",
        expected: "auto or general")
    }
    let wanted = possible.filter { asked == .automatic || $0.algorithm == asked }
    for rule in wanted {
      if let reason = rule.reason(layer) {
        self.init(algorithm: rule.algorithm, family: rule.family, reason: reason)
        return
      }
    }
    // The last one takes all that those before it do not.
    let last = wanted[wanted.count - 1]
    self.init(algorithm: last.algorithm, family: last.family, reason: "asked for")
  }

  private init(algorithm: Algorithm, family: KernelFamily, reason: String) {
    self.algorithm = algorithm
    self.family = family
    self.reason = reason
  }
}
