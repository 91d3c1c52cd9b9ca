import Convolution

let convolutionLayers = layers([
  makers(of: "Conv#D", "Convolution#D") { (call, rank) throws(NetworkError) in
    try call.convolution(rank: rank)
  },
  makers(of: "Conv#DTranspose", "Convolution#DTranspose") { (call, rank) throws(NetworkError) in
    try call.transposedConvolution(rank: rank)
  },
  makers(of: "DepthwiseConv#D") { (call, rank) throws(NetworkError) in
    try call.depthwiseConvolution(rank: rank)
  },
  makers(of: "SeparableConv#D", "SeparableConvolution#D") { (call, rank) throws(NetworkError) in
    try call.separableConvolution(rank: rank)
  },
])

/// What all convolutions have.
private struct ConvolutionSettings {
  let rank: Int
  let kernel, stride, dilation: [Int]
  let hasBias: Bool
  let isTurned: Bool
  let activation: JSON?

  init?(_ call: inout LayerCall, rank: Int) {
    self.rank = rank
    kernel = call.perAxis("kernel_size", rank, default: 1)
    stride = call.perAxis("strides", rank, default: 1)
    dilation = call.perAxis("dilation_rate", rank, default: 1)
    hasBias = call.bool("use_bias", default: true)
    isTurned = call.hasChannelsLast()
    activation = call.setting("activation")
    guard call.tensors[0].rank == rank + 2 else {
      call.reject("an input of \(call.tensors[0].rank) axes")
      return nil
    }
  }

  /// As the kernel is stored: its own axes, then those of channels.
  func shape(_ channels: Int?...) -> [Int?] { kernel + channels }

  /// Axes of a stored kernel in ONNX's order: two of channels, then the kernel's own.
  func permutation(_ first: Int, _ second: Int) -> [Int] {
    [rank + first, rank + second] + Array(0..<rank)
  }
}

extension LayerCall {
  /// Whether channels are the last axis.
  mutating func hasChannelsLast() -> Bool {
    enum DataFormat: String {
      case last = "channels_last"
      case first = "channels_first"
    }
    return word("data_format", default: DataFormat.last) == .last
  }

  private mutating func padding() -> Padding {
    enum Word: String { case valid, same, causal }
    return switch word("padding", default: Word.valid) {
    case .valid: .valid
    case .same: .same
    case .causal: .causal
    }
  }

  /// The next weight, one for each channel, where there is one.
  private mutating func bias(_ channels: Int, _ isThere: Bool) throws(NetworkError) -> KerasTensor?
  {
    guard isThere else { return nil }
    let bias = try weight("bias", [channels])
    return try shared("bias") { bias }
  }

  fileprivate mutating func convolution(rank: Int) throws(NetworkError) -> [KerasTensor]? {
    let filters = integer("filters")
    let groups = integer("groups") ?? 1
    let padding = padding()
    guard let settings = ConvolutionSettings(&self, rank: rank) else { return nil }
    let kernel = try weight("kernel", settings.shape(nil, filters))
    let weights = try shared("kernel") { () throws(NetworkError) in
      try kernel.permuted(by: settings.permutation(1, 0))
    }
    let bias = try bias(kernel.shape[rank + 1], settings.hasBias)
    let operation = ConvolutionOperator(
      stride: settings.stride, dilation: settings.dilation, groups: groups, padding: padding)
    return try activated(
      addImages(operation, [tensors[0], weights, bias], isTurned: settings.isTurned),
      by: settings.activation)
  }

  fileprivate mutating func depthwiseConvolution(
    rank: Int
  ) throws(NetworkError) -> [KerasTensor]? {
    let multiplier = integer("depth_multiplier") ?? 1
    let padding = padding()
    guard let settings = ConvolutionSettings(&self, rank: rank) else { return nil }
    let (operation, weights) = try depthwise(settings, multiplier, padding, "kernel")
    let bias = try bias(weights.shape[0]!, settings.hasBias)
    return try activated(
      addImages(operation, [tensors[0], weights, bias], isTurned: settings.isTurned),
      by: settings.activation)
  }

  fileprivate mutating func separableConvolution(
    rank: Int
  ) throws(NetworkError) -> [KerasTensor]? {
    let filters = integer("filters")
    let multiplier = integer("depth_multiplier") ?? 1
    let padding = padding()
    guard let settings = ConvolutionSettings(&self, rank: rank) else { return nil }
    let (operation, weights) = try depthwise(settings, multiplier, padding, "depthwise kernel")
    let ones: [Int?] = Array(repeating: 1, count: rank)
    let kernel = try weight("pointwise kernel", ones + [weights.shape[0]!, filters])
    let pointwise = try shared("pointwise kernel") { () throws(NetworkError) in
      try kernel.permuted(by: settings.permutation(1, 0))
    }
    let bias = try bias(kernel.shape[rank + 1], settings.hasBias)
    let between = try addImages(
      operation, [tensors[0], weights, nil], isTurned: settings.isTurned, suffix: "depthwise")
    return try activated(
      addImages(
        ConvolutionOperator(stride: nil, dilation: nil, groups: 1, padding: .valid),
        [between, pointwise, bias], isTurned: settings.isTurned),
      by: settings.activation)
  }

  /// Every channel is convolved with kernels of its own, `multiplier` of them.
  private mutating func depthwise(
    _ settings: ConvolutionSettings, _ multiplier: Int, _ padding: Padding, _ name: String
  ) throws(NetworkError) -> (ConvolutionOperator, KerasTensor) {
    let kernel = try weight(name, settings.shape(nil, multiplier))
    let channels = kernel.shape[settings.rank]
    let weights = try shared(name) { () throws(NetworkError) in
      try kernel.reshaped(settings.kernel + [1, channels * multiplier])
        .permuted(by: settings.permutation(1, 0))
    }
    let operation = ConvolutionOperator(
      stride: settings.stride, dilation: settings.dilation, groups: channels, padding: padding)
    return (operation, weights)
  }

  fileprivate mutating func transposedConvolution(
    rank: Int
  ) throws(NetworkError) -> [KerasTensor]? {
    let filters = integer("filters")
    let outputPadding = optionalPerAxis("output_padding", rank)
    let groups = integer("groups") ?? 1
    if groups != 1 { reject("setting groups \(groups)") }
    let isSame = padding()
    guard let settings = ConvolutionSettings(&self, rank: rank) else { return nil }
    if isSame == .causal { reject("setting padding \"causal\"") }
    let kernel = try weight("kernel", settings.shape(filters, nil))
    let weights = try shared("kernel") { () throws(NetworkError) in
      try kernel.permuted(by: settings.permutation(1, 0))
    }
    let bias = try bias(kernel.shape[rank], settings.hasBias)
    guard
      let padding = TransposedPadding(
        kerasSame: isSame == .same, kernel: kernel.shape, settings.dilation, outputPadding)
    else {
      reject("setting output_padding \(outputPadding ?? [])")
      return nil
    }
    let operation = TransposedOperator(
      stride: settings.stride, dilation: settings.dilation, groups: 1, padding: padding)
    return try activated(
      addImages(operation, [tensors[0], weights, bias], isTurned: settings.isTurned),
      by: settings.activation)
  }
}

extension TransposedPadding {
  /// What Keras does: without an output padding, its convention; with one, so many outputs behind those that the kernel's
  /// centre reaches. nil for amounts that make no sense.
  ///
  /// - Parameter kernel: its extents, and what may be behind them.
  fileprivate init?(
    kerasSame isSame: Bool, kernel: [Int], _ dilation: [Int], _ outputPadding: [Int]?
  ) {
    guard let outputPadding else {
      self = isSame ? .same : .valid
      return
    }
    guard outputPadding.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else { return nil }
    var amounts: [PaddingAmount] = []
    for (axis, added) in outputPadding.enumerated() {
      guard let span = try? kernelSpan(kernel: kernel[axis], dilation: dilation[axis]) else {
        return nil
      }
      // (n - 1) s + (span, or of `same` its remainder by 2) + added outputs.
      let total = isSame ? span - span % 2 - added : -added
      let before = isSame ? max(total >> 1, 0) : 0
      amounts.append(PaddingAmount(before: before, after: total - before))
    }
    self = .explicit(amounts)
  }
}
