import ArgumentParser
import Convolution
import ConvolutionFiles
import ConvolutionOptions

/// What a layer is given besides its weights.
struct LayerSettings: ParsableArguments {
  @Option(help: ArgumentHelp("One value for each output channel.", valueName: "b.npy")) var bias:
    String?
  @OptionGroup var window: WindowOptions
  @Option(help: ArgumentHelp("Groups of channels.", valueName: "n")) var groups = 1
  @OptionGroup var layer: LayerOptions

  var layout: Layout { layer.layout ?? .channelsFirst }

  /// The layer with weights from a file, of as many axes of space as its input has.
  func layer(weightsFile path: String, for input: Input) throws -> any Layer {
    try layer(weights: Tensor(npyFile: path), rank: input.tensor.shape.count - 2)
  }

  /// The layer, of `rank` axes of space.
  func layer(weights: Tensor, rank: Int) throws -> any Layer {
    let bias = try bias.map { try Tensor(npyFile: $0) }
    guard layer.isTransposed else {
      return try ConvolutionLayer(
        rank: rank, weights: weights, bias: bias, stride: window.stride, dilation: window.dilation,
        groups: groups, padding: layer.padding ?? .valid, border: layer.border,
        activation: layer.activation)
    }
    return try TransposedLayer(
      rank: rank, weights: weights, bias: bias, stride: window.stride, dilation: window.dilation,
      groups: groups, padding: layer.transposedPadding(rank: rank) ?? .valid,
      activation: layer.activation)
  }
}

/// A tensor of images, from a file.
struct Input {
  let tensor: Tensor

  /// - Throws: what reading throws; `.rankMismatch` for a tensor that is no images.
  init(npyFile path: String) throws(ConvolutionError) {
    tensor = try Tensor(npyFile: path)
    guard (3...5).contains(tensor.shape.count) else {
      throw ConvolutionError(
        .rankMismatch, argument: path,
        received: "\(tensor.shape.count) axes, \(tensor.shape)",
        expected: "3, 4 or 5: images, channels and one to three of space")
    }
  }
}
