import Convolution

/// A layer and an input size in one word: the grammar of oneDNN's benchdnn for convolutions, so that its shape files
/// run here unchanged.
///
/// `g2mb1_ic64ih56iw28_oc64_kh3ph1_n"name"` is keys with numbers, underscores where one likes, and a name at the end.
/// Keys are `g mb ic oc` and, for depth, height and width (`d h w` in second place), `i` input, `o` output, `k`
/// kernel, `s` stride, `p` padding before, `d` dilation counted from 0. Channels are totals over the groups.
///
/// What is not said is benchdnn's default:
/// - `g1`, `mb2`, stride 1, dilation 0.
/// - Without an output, the padding is 0 where none is given, and the output follows with the same padding after.
/// - With an output and no padding, half of what the output needs lies before, rounded towards zero.
/// - The padding after always follows from the output; a negative one crops.
/// - Width is height where nothing is said of width; only `d` keys are a cube; only `w` keys are one axis.
///
/// Where benchdnn asks for both an input and a kernel of each axis, an axis of several that lacks one takes
/// what it lacks from height.
///
/// A transposed layer's descriptor means what it does to benchdnn's `--deconv`: `i` and `o` are the layer's own input
/// and output, and padding is what the output lacks of (i - 1) s + d (k - 1) + 1 samples; a negative one after it is
/// output padding.
public struct LayerDescriptor: Sendable {
  /// What stands after `n`, without quotation marks; benchdnn's `*4` at its end, a number of repetitions, included.
  public let name: String?
  /// The descriptor as it came, without white space around it.
  public let text: String
  public let isTransposed: Bool
  /// Axes of space: 1, 2 or 3.
  public let rank: Int
  /// Images.
  public var batch: Int
  public let groups: Int
  /// Input channels of all groups.
  public let inputChannels: Int
  /// Output channels of all groups.
  public let outputChannels: Int
  /// The input's extents, outermost axis first, as in all lists here.
  public let input: [Int]
  public let output: [Int]
  public let kernel: [Int]
  public let stride: [Int]
  /// Counted from 1: the distance between taps, as everywhere else in this library.
  public let dilation: [Int]
  /// Border taps, or what the output of a transposed layer lacks.
  public let pads: [PaddingAmount]

  /// Reads a descriptor.
  ///
  /// - Parameters:
  ///   - text: `mb1ic64ih56oc64kh3ph1`, say.
  ///   - isTransposed: whether it is one of a transposed layer.
  /// - Throws: `.invalidValue` for an unknown key, a key without a number or a missing size,
  ///   `.nonPositiveSize`, `.shapeMismatch` where the groups do not divide the channels,
  ///   `.kernelLargerThanInput`, `.integerOverflow`.
  public init(_ text: String, isTransposed: Bool = false) throws(ConvolutionError) {
    let fields = try DescriptorFields(text)
    let axes = try fields.axes(isTransposed: isTransposed)
    self.isTransposed = isTransposed
    self.text = fields.text
    name = fields.name
    rank = axes.count
    batch = fields["mb"] ?? 2
    groups = try fields.positive("g") ?? 1
    inputChannels = try fields.required("ic", "the input channels")
    outputChannels = try fields.required("oc", "the output channels")
    for (key, channels) in [("ic", inputChannels), ("oc", outputChannels)]
    where !channels.isMultiple(of: groups) {
      throw ConvolutionError(
        .shapeMismatch, argument: "descriptor", received: "\(key)\(channels) with g\(groups)",
        expected: "groups that divide the channels")
    }
    input = axes.map(\.input)
    output = axes.map(\.output)
    kernel = axes.map(\.kernel)
    stride = axes.map(\.stride)
    dilation = axes.map(\.dilation)
    pads = axes.map(\.padding)
  }

  /// Two for every multiply-add, border taps counted.
  public var floatingPointOperations: Double {
    let windows = isTransposed ? input : output
    return ([2, batch, outputChannels, inputChannels / groups] + windows + kernel).reduce(1) {
      $0 * Double($1)
    }
  }

  /// The shape of the input: N C \*spatial or N \*spatial C.
  public func inputShape(in layout: Layout) -> [Int] {
    layout == .channelsFirst ? [batch, inputChannels] + input : [batch] + input + [inputChannels]
  }

  /// The shape of the weights: O I/groups \*kernel, of a transposed layer I O/groups \*kernel.
  public var weightShape: [Int] {
    isTransposed
      ? [inputChannels, outputChannels / groups] + kernel
      : [outputChannels, inputChannels / groups] + kernel
  }

  /// A layer of these sizes.
  ///
  /// - Parameters:
  ///   - weights: of ``weightShape``.
  ///   - bias: one value for each output channel.
  ///   - padding: a convention to use instead of ``pads``; the output's size then follows from it.
  ///   - border: what border taps read.
  ///   - activation: what is applied to the sums.
  /// - Throws: what the layer's initializer throws.
  public func layer(
    weights: Tensor, bias: Tensor? = nil, padding: Padding? = nil,
    border: some PerAxis<Border> = .zeros, activation: Activation = .identity
  ) throws(ConvolutionError) -> ConvolutionLayer {
    try ConvolutionLayer(
      rank: rank, weights: weights, bias: bias, stride: stride, dilation: dilation, groups: groups,
      padding: padding ?? .explicit(pads), border: border, activation: activation)
  }

  /// A transposed layer of these sizes.
  ///
  /// - Parameters:
  ///   - weights: of ``weightShape``.
  ///   - bias: one value for each output channel.
  ///   - padding: a convention to use instead of ``pads``; the output's size then follows from it.
  ///   - activation: what is applied to the sums.
  /// - Throws: what the layer's initializer throws.
  public func transposedLayer(
    weights: Tensor, bias: Tensor? = nil, padding: TransposedPadding? = nil,
    activation: Activation = .identity
  ) throws(ConvolutionError) -> TransposedLayer {
    try TransposedLayer(
      rank: rank, weights: weights, bias: bias, stride: stride, dilation: dilation, groups: groups,
      padding: padding ?? .explicit(pads, outputPadding: []), activation: activation)
  }
}
